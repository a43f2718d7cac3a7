/*
What this browser keeps, in IndexedDB: key files by their public keys, and sealed values
by their commitments until they are revealed.
*/

const NAME = "huabiao", VERSION = 2, KEYS = "keys", SEALS = "seals";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const there = asked.result.objectStoreNames;
      for (const name of [KEYS, SEALS]) {
        if (!there.contains(name)) asked.result.createObjectStore(name);
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(store, mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const asked = act(database.transaction(store, mode).objectStore(store));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

/** Every kept file's fields, in the order of names. */
export async function keptKeys() {
  const found = await within(KEYS, "readonly", (store) => store.getAll());
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

export const keepKey = (fields) =>
  within(KEYS, "readwrite", (store) => store.put(fields, fields.public));

export const forgetKey = (publicHex) =>
  within(KEYS, "readwrite", (store) => store.delete(publicHex));

export const keptSeals = () => within(SEALS, "readonly", (store) => store.getAll());

export const keepSeal = (fields) =>
  within(SEALS, "readwrite", (store) => store.put(fields, fields.commitment));

export const forgetSeal = (commitment) =>
  within(SEALS, "readwrite", (store) => store.delete(commitment));

/** Offer fields to be saved as a file. */
export function save(fields, name) {
  const link = document.createElement("a");
  const text = JSON.stringify(fields, null, 2) + "\n";
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `${name}.json`;
  link.click();
}
