/* The key files that this browser keeps, by their public keys; IndexedDB, one store. */

const NAME = "huabiao", STORE = "keys";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

/** Every kept file's fields, in the order of names. */
export async function keptKeys() {
  const found = await within("readonly", (store) => store.getAll());
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

export const keepKey = (fields) =>
  within("readwrite", (store) => store.put(fields, fields.public));

export const forgetKey = (publicHex) =>
  within("readwrite", (store) => store.delete(publicHex));
