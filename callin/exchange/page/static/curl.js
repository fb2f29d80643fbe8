// A request of the wire as a command for a terminal.

const LEFT_OUT = new Set(["user-agent", "accept", "content-type"]);

/** Return the curl command that sends this entry of the log once more, with the signature that it had. */
export function curl(entry, accountSid) {
  const words = ["curl"];
  if (entry.method !== "GET") words.push(`-X ${entry.method}`);
  words.push(quoted(entry.url));
  if (entry.kind === "rest") words.push(`-u ${quoted(`${accountSid}:AUTH_TOKEN`)}`);
  for (const [name, value] of Object.entries(entry.headers)) {
    if (!LEFT_OUT.has(name.toLowerCase())) words.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (entry.method !== "GET") {
    for (const [name, values] of Object.entries(entry.params)) {
      for (const value of [values].flat()) words.push(`--data-urlencode ${quoted(`${name}=${value}`)}`);
    }
  }
  return words.join(" \\\n  ");
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
