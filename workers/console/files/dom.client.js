/**
 * Elements from data. Text becomes text nodes and attributes are set by name: nothing here, and nothing that uses it, makes
 * markup from a string, so what a model or a tool wrote is shown and never run.
 */

/** `el("a", {href: "#/runs", on: {click}}, "text", child)`: false, null and undefined are left out. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function fill(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  for (const child of children.flat(2)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "object" ? child : document.createTextNode(String(child)));
  }
  return element;
}

/** Sets text only where it changed: what somebody has selected stays selected, and readers are not told the same again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Lines of a list that live as long as their data: made once, then changed in place, so that focus and what is folded open stay
 * where they are while the list moves.
 */
export function keyed(parent, keyOf, make) {
  const lines = new Map();
  return (items) => {
    const wanted = new Set(items.map(keyOf));
    for (const [key, line] of lines) {
      if (wanted.has(key)) continue;
      line.element.remove();
      lines.delete(key);
    }
    items.forEach((item, index) => {
      const key = keyOf(item);
      if (!lines.has(key)) lines.set(key, make(item));
      const line = lines.get(key);
      line.update(item);
      const there = parent.children[index] ?? null;
      if (there !== line.element) parent.insertBefore(line.element, there);
    });
  };
}

/** Forms are read by script and never sent. */
export const submitted = (work) => (event) => {
  event.preventDefault();
  work(event);
};

let fields = 0;
/** A label and its control, tied by id. `hint` is read out with the control. */
export function field(label, control, hint) {
  fields += 1;
  control.id = `field-${fields}`;
  const note = hint === undefined ? null : el("small", { id: `hint-${fields}` }, hint);
  if (note !== null) control.setAttribute("aria-describedby", note.id);
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control, note);
}

export const select = (options, value) =>
  el("select", {}, ...options.map(([key, label]) => el("option", { value: key, selected: key === value }, label)));

/** A status as a word in its colour; colour alone says nothing. */
export function chip(status) {
  const element = el("span", { class: "chip" });
  const update = (now) => {
    setText(element, String(now).replaceAll("_", " "));
    element.setAttribute("data-status", now);
  };
  update(status);
  return { element, update };
}

/** Asks before something that cannot be taken back, with a reason where that is kept. Answers the reason ("" where none is asked for), or null. */
export function confirmWith({ title, text, action, danger = false, asksWhy = true }) {
  return new Promise((resolve) => {
    const reason = el("textarea", { rows: 2, required: true, maxlength: 1000 });
    const heading = el("h2", { id: "dialog-title" }, title);
    const cancel = el("button", { type: "button", on: { click: () => close(null) } }, "Cancel");
    const form = el(
      "form",
      { method: "dialog", on: { submit: submitted(() => close(reason.value.trim())) } },
      heading,
      el("p", {}, text),
      asksWhy ? field("Reason", reason, "The text goes into the audit log. Do not enter personal data.") : null,
      el("p", { class: "actions" }, el("button", { class: danger ? "danger" : "primary" }, action), cancel),
    );
    const dialog = el("dialog", { "aria-labelledby": "dialog-title", on: { cancel: () => close(null) } }, form);
    const close = (answer) => {
      if (answer === "" && asksWhy) return reason.focus();
      dialog.close(); // gives the focus back to where it was
      dialog.remove();
      resolve(answer);
    };
    document.body.append(dialog);
    dialog.showModal();
    (asksWhy ? reason : cancel).focus();
  });
}
