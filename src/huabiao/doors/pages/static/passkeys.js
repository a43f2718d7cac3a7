/*
Passkeys on the pages: a form with data-passkey asks the door for a challenge, has the
browser make or show a passkey for it, and is sent with what came of that.
*/

const octets = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function options(told) {
  const listed = (found) => (found ?? []).map((each) => ({ ...each, id: octets(each.id) }));
  const made = { ...told, challenge: octets(told.challenge) };
  if (told.user) made.user = { ...told.user, id: octets(told.user.id) };
  made.excludeCredentials = listed(told.excludeCredentials);
  made.allowCredentials = listed(told.allowCredentials);
  return made;
}

function written(found) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (found.response[name]) response[name] = text(found.response[name]);
  return JSON.stringify({
    id: found.id, rawId: text(found.rawId), type: found.type, response,
    clientExtensionResults: {},
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("output");
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const asked = await fetch(`${form.getAttribute("action")}/options`, {
        method: "POST", body: new URLSearchParams(new FormData(form)),
      });
      if (!asked.ok) throw new Error(`${asked.status}`);
      const told = await asked.json();
      const publicKey = options(told.options);
      const found = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.state.value = told.state;
      form.elements.credential.value = written(found);
      form.submit();
    } catch (error) {
      said.textContent = `未完成，请重试。 It was not done, try again: ${error.name} ${error.message}`;
    }
  });
}
