// Draws parts of the document as elements. Text is only ever set as text, never as markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Words between backticks are code.
export function prose(text) {
  const parts = text.split('`').map((part, n) => (n % 2 ? element('code', {}, part) : part));
  return element('p', {}, ...parts);
}

export function resolved(api, value) {
  if (!value || !value.$ref) return value;
  return value.$ref.replace('#/', '').split('/').reduce((at, key) => at[key], api);
}

export function typeOf(schema) {
  const type = [].concat(schema.type ?? 'any').join(' or ');
  const told = schema.enum ? schema.enum.map(String) : [];
  if (schema.minimum !== undefined) told.push(`from ${schema.minimum} to ${schema.maximum ?? 'any'}`);
  if (schema.default !== undefined) told.push(`${schema.default} if left out`);
  return told.length ? `${type}: ${told.join(', ')}` : type;
}

export function example(value) {
  return element('pre', {}, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
}

export function answers(api, responses) {
  const rows = Object.entries(responses).map(([status, given]) => {
    const answer = resolved(api, given);
    const types = Object.keys(answer.content ?? {}).join(', ');
    return element('tr', {}, element('td', {}, status), element('td', {}, answer.description), element('td', {}, types));
  });
  const head = element('tr', {}, ...['Status', 'Meaning', 'Form'].map((text) => element('th', {}, text)));
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
}

export function headers(given) {
  const items = Object.entries(given ?? {}).map(([name, header]) =>
    element('li', {}, element('code', {}, name), ` ${header.description}`));
  return items.length ? [element('h4', {}, 'Headers of the answer'), element('ul', {}, ...items)] : [];
}
