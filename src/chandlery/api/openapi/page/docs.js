// Reads the document and draws it: endpoints by group, each with parameters, example and a form.

import { answers, element, example, headers, prose } from '/docs/render.js';
import { form } from '/docs/request.js';

const contents = document.getElementById('contents');
const operations = document.getElementById('operations');

function all(api) {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
}

function drawn(api, { path, method, operation }) {
  const summary = element('summary', {},
    element('span', { class: `method ${method}` }, method),
    element('span', { class: 'path' }, path),
    element('span', { class: 'quiet' }, operation.summary));
  const details = element('details', { class: 'operation', id: operation.operationId }, summary);
  // Drawn when it is opened: most never are.
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(inside(api, path, method, operation));
  });
  return details;
}

function inside(api, path, method, operation) {
  const good = operation.responses['200'];
  const shown = Object.values(good?.content ?? {})[0]?.example;
  return element('div', {},
    prose(operation.description),
    form(method, path, operation),
    element('h4', {}, 'An answer'), example(shown ?? ''),
    ...headers(good?.headers),
    element('h4', {}, 'Answers'), answers(api, operation.responses));
}

function link({ path, method, operation }) {
  const made = element('a', { href: `#${operation.operationId}`, title: operation.summary },
    element('span', { class: method }, method), ` ${path.replace('/api/', '')}`);
  made.addEventListener('click', () => { document.getElementById(operation.operationId).open = true; });
  return made;
}

function draw(api, wanted) {
  const found = all(api).filter(({ path, operation }) =>
    `${path} ${operation.summary} ${operation.description}`.toLowerCase().includes(wanted));
  contents.replaceChildren();
  operations.replaceChildren();
  for (const tag of api.tags) {
    const own = found.filter(({ operation }) => operation.tags.includes(tag.name));
    if (!own.length) continue;
    contents.append(element('h2', {}, tag.name), ...own.map(link));
    operations.append(element('h2', {}, tag.name), prose(tag.description), ...own.map((each) => drawn(api, each)));
  }
  if (!found.length) operations.append(element('p', {}, 'Nothing fits.'));
  const named = document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) named.open = true;
}

async function begin() {
  const api = await (await fetch('/openapi.json')).json();
  document.getElementById('version').textContent = api.info.version;
  document.getElementById('about').textContent = api.info.description.replaceAll('`', '');
  const find = document.getElementById('find');
  find.addEventListener('input', () => draw(api, find.value.trim().toLowerCase()));
  draw(api, '');
}

begin().catch((error) => {
  operations.replaceChildren(element('p', {}, `The document could not be read: ${error.message}`));
});
