// The form that tries an endpoint: its fields make a URL, which is asked of this server only.

import { element, typeOf } from '/docs/render.js';

const MOST_SHOWN = 20000;

export function form(method, path, operation) {
  const fields = (operation.parameters ?? []).map((parameter) => ({ parameter, input: input(parameter) }));
  const body = bodyField(operation);
  const output = element('div', { 'aria-live': 'polite' });
  const made = element('form', {}, table(fields), ...(body ? [body.label] : []), element('p', {}, element('button', { type: 'submit' }, 'Try it')), output);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    send(method, url(path, fields), body, output);
  });
  return made;
}

function input(parameter) {
  const { schema, required, name } = parameter;
  if (schema.enum) {
    const options = [...(required ? [] : ['']), ...schema.enum].map((value) => element('option', { value }, value));
    return element('select', { name, 'aria-label': name }, ...options);
  }
  const value = required ? String(parameter.example ?? '') : '';
  return element('input', { name, value, required, placeholder: String(parameter.example ?? ''), 'aria-label': name, autocomplete: 'off' });
}

function table(fields) {
  const rows = fields.map(({ parameter, input: field }) => element('tr', {},
    element('td', {}, element('code', {}, parameter.name), parameter.required ? ' *' : ''),
    element('td', {}, field),
    element('td', {}, parameter.description.replaceAll('`', ''), element('br'), element('span', { class: 'quiet' }, typeOf(parameter.schema)))));
  if (!rows.length) return element('p', { class: 'quiet' }, 'No parameters.');
  const head = element('tr', {}, ...['Parameter', 'Value', 'Meaning'].map((text) => element('th', {}, text)));
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
}

function bodyField(operation) {
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (!type) return null;
  const isForm = type === 'application/x-www-form-urlencoded';
  const text = isForm ? new URLSearchParams(content.example).toString() : JSON.stringify(content.example, null, 2);
  const area = element('textarea', { 'aria-label': 'body' }, text);
  return { type, area, label: element('label', {}, `Body (${type})`, area) };
}

function url(path, fields) {
  const query = new URLSearchParams();
  let filled = path;
  for (const { parameter, input: field } of fields) {
    if (!field.value) continue;
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(field.value));
    else query.set(parameter.name, field.value);
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

async function send(method, target, body, output) {
  const headers = {};
  const key = document.getElementById('key').value;
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body) headers['Content-Type'] = body.type;
  const asked = element('p', {}, element('code', {}, `${method} ${target}`));
  output.replaceChildren(asked, element('p', { class: 'quiet' }, 'Asking…'));
  try {
    const begun = performance.now();
    const answer = await fetch(target, { method, headers, body: body?.area.value });
    const shown = await text(answer);
    const told = `${answer.status} ${answer.statusText} in ${Math.round(performance.now() - begun)} ms`;
    const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    output.replaceChildren(asked, element('p', {}, told), element('pre', {}, lines), element('pre', {}, shown));
  } catch (error) {
    output.replaceChildren(asked, element('p', {}, `The server could not be asked: ${error.message}`));
  }
}

async function text(answer) {
  const type = answer.headers.get('content-type') ?? '';
  if (!/json|text/.test(type)) return `${(await answer.arrayBuffer()).byteLength} bytes of ${type || 'nothing'}`;
  const given = await answer.text();
  const shown = type.includes('json') && given.length < MOST_SHOWN ? pretty(given) : given;
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}\n… ${shown.length - MOST_SHOWN} more characters` : shown;
}

function pretty(given) {
  try {
    return JSON.stringify(JSON.parse(given), null, 2);
  } catch {
    return given;
  }
}
