// TwiML and JSON made readable: indented, and its parts marked for the style sheet. What cannot be taken apart is shown
// as it came. Not by the browser's own parser: that one answers broken XML with a page of its own.

import { make } from "./dom.js";

const PIECE = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/?[\w:.-]+(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?>|[^<]+/g;
const ATTRIBUTE = /([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')/g;

/** Return a <pre> with an answer's body. */
export function readable(body, contentType) {
  const place = make("pre", { tabIndex: 0, className: "body" });
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", "The answer's body");
  if (!body) place.append(make("i", {}, "(nothing)"));
  else if (/xml|html/.test(contentType) || body.trimStart().startsWith("<")) place.append(...xml(body.trim()));
  else place.append(json(body));
  return place;
}

function json(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** One line for each tag; an element that has nothing but words stays on one. */
function xml(body) {
  const pieces = body.match(PIECE) ?? [];
  if (pieces.join("") !== body) return [body];
  const shown = [];
  let depth = 0;
  let isInline = false; // the words before this tag stand on the line of their own element
  pieces.forEach((piece, n) => {
    if (piece.startsWith("</")) {
      depth = Math.max(0, depth - 1);
      shown.push(isInline ? "" : indent(depth), ...marked(piece), "\n");
      isInline = false;
    } else if (piece.startsWith("<")) {
      const isOpening = !/^<[!?]|\/>$/.test(piece);
      isInline = isOpening && !pieces[n + 1]?.startsWith("<") && Boolean(pieces[n + 2]?.startsWith("</"));
      shown.push(indent(depth), ...marked(piece), isInline ? "" : "\n");
      if (isOpening) depth += 1;
    } else if (piece.trim()) {
      const words = make("span", { className: "words" }, piece.trim());
      shown.push(...(isInline ? [words] : [indent(depth), words, "\n"]));
    } else if (isInline) {
      isInline = false;
      shown.push("\n");
    }
  });
  return shown;
}

function indent(depth) {
  return "  ".repeat(depth);
}

/** A tag, its name, attributes and values marked. */
function marked(tag) {
  const found = /^(<\/?)([\w:.-]+)([\s\S]*?)(\s*\/?>)$/.exec(tag);
  if (!found) return [tag];
  const [, open, name, attributes, close] = found;
  const pieces = [open, make("b", { className: "tag" }, name)];
  for (const [, key, equals, value] of attributes.matchAll(ATTRIBUTE)) {
    pieces.push(" ", make("span", { className: "attribute" }, key), equals);
    pieces.push(make("span", { className: "value" }, value));
  }
  return [...pieces, close.trim()];
}
