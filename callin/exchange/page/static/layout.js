// Which phones stand here: told by the address after its #, so that it can be kept, linked and reloaded; without
// it, by whoever started the exchange; else there is one phone for each number that it knows.

const MOST_AT_FIRST = 4;
const FIRST_NUMBER = 15550101001;

/** Return the phones that the address names: [{name, number, to}]. */
export function named() {
  const wanted = new URLSearchParams(location.hash.slice(1)).getAll("phone");
  return wanted
    .map((text) => text.split(",").map((part) => part.trim()))
    .filter(([name, number]) => name && number)
    .map(([name, number, to]) => ({ name, number: withPlus(number), to: withPlus(to ?? "") }));
}

// A plus sign is awkward in an address, so it may be left out; a withheld number is a word and has none.
function withPlus(number) {
  return /^\d+$/.test(number) ? `+${number}` : number;
}

/** Keep these phones in the address. */
export function keep(phones) {
  const query = new URLSearchParams(
    phones.map(({ name, number, to }) => ["phone", [name, number, to].join(",").replaceAll("+", "")]),
  );
  const address = String(query).replaceAll("%2C", ",");
  history.replaceState(null, "", phones.length ? `#${address}` : location.pathname);
}

/** Return a phone for each of the exchange's first numbers, named after what they ring. */
export function suggested(numbers) {
  const shown = numbers.slice(0, MOST_AT_FIRST);
  return shown.map(({ number, name }, n) => ({
    name: /[a-z]/i.test(name) ? `${name} phone` : plainName(n, shown.length),
    number: `+${FIRST_NUMBER + n}`,
    to: number,
  }));
}

/** Return a number that no phone here has, for one more. */
export function freeNumber(phones) {
  let number = FIRST_NUMBER;
  while (phones.some((phone) => phone.number === `+${number}`)) number += 1;
  return `+${number}`;
}

// Two numbers without names are most often a phone-in: listeners ring one, the DJ the other.
function plainName(n, count) {
  return count === 2 ? ["Listener phone", "DJ phone"][n] : `Phone ${n + 1}`;
}
