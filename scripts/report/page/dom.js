/** Makes elements without markup: text is inserted as text, so nothing that a CSV contains can become an element. */

/**
 * @param {string} name
 * @param {Record<string, unknown>} [attributes] a function is a listener; true is an empty value; null and false are none
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for an element of a picture. */
export function shape(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** A list of names and their values. @param {readonly (readonly [string, string])[]} entries */
export function definitions(entries) {
  const parts = entries.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  return element("dl", {}, ...parts.flat());
}

export function byId(id) {
  return document.getElementById(id);
}

/** Colours cannot be a style attribute, which the page's policy forbids. */
export function inked(node, colour) {
  node.style.setProperty("--ink", colour);
  return node;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children);
  return node;
}
