// TwiML and JSON made readable: indented, and its parts marked for the style sheet. Whatever cannot be read is shown as
// it came.

import { make } from "./dom.js";

/** Return a <pre> with an answer's body. */
export function readable(body, contentType) {
  const place = make("pre", { tabIndex: 0, className: "body" });
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", "The answer's body");
  if (!body) place.append(make("i", {}, "(nothing)"));
  else if (/xml|html/.test(contentType) || body.trimStart().startsWith("<")) place.append(...xml(body));
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

function xml(body) {
  const parsed = new DOMParser().parseFromString(body.trim(), "application/xml");
  if (parsed.querySelector("parsererror")) return [body];
  return element(parsed.documentElement, 0);
}

/** One element, its attributes and what is in it, as marked pieces; words stay on the element's own line. */
function element(node, depth) {
  const indent = "  ".repeat(depth);
  const pieces = [indent, "<", make("b", { className: "tag" }, node.nodeName)];
  for (const { name, value } of node.attributes) {
    pieces.push(
      " ",
      make("span", { className: "attribute" }, name),
      "=",
      make("span", { className: "value" }, JSON.stringify(value)),
    );
  }
  const children = [...node.childNodes].filter((child) => child.nodeType !== Node.TEXT_NODE || child.data.trim());
  if (!children.length) return [...pieces, "/>\n"];
  pieces.push(">");
  const isPlain = children.every((child) => child.nodeType === Node.TEXT_NODE);
  if (isPlain) pieces.push(make("span", { className: "words" }, node.textContent.trim()));
  else pieces.push("\n", ...children.flatMap((child) => inside(child, depth + 1)), indent);
  return [...pieces, "</", make("b", { className: "tag" }, node.nodeName), ">\n"];
}

function inside(node, depth) {
  if (node.nodeType === Node.ELEMENT_NODE) return element(node, depth);
  const text = node.nodeType === Node.COMMENT_NODE ? `<!--${node.data}-->` : node.data.trim();
  return ["  ".repeat(depth), make("span", { className: "words" }, text), "\n"];
}
