// The control API, as the page asks it (docs/exchange.md, «Control API»).

/** A refusal, in the exchange's own words. */
export class Refusal extends Error {}

/** Ask, and return the answer's JSON (null when it is empty). Throws a Refusal that can be shown to a person. */
export async function ask(method, path, content) {
  let answer;
  try {
    answer = await fetch(`/_exchange/${path}`, {
      method,
      body: content === undefined ? undefined : JSON.stringify(content),
      headers: content === undefined ? {} : { "Content-Type": "application/json" },
    });
  } catch {
    throw new Refusal("The exchange does not answer. Is it still running?");
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(inWords(said.error ?? `The exchange answered ${answer.status}.`));
  return said;
}

/** Do something, and show a refusal where it belongs; whatever was shown there before is gone. */
export async function trying(place, act) {
  place.textContent = "";
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    place.textContent = error.message;
    return undefined;
  }
}

function inWords(error) {
  if (/^call \w+ is over/.test(error)) return "That call is over already.";
  if (/does not ring/.test(error)) return "It does not ring any more.";
  return error.charAt(0).toUpperCase() + error.slice(1) + (/[.!?]$/.test(error) ? "" : ".");
}
