/** Drawings as files, to take them to another browser. */

import {
  type Drawing,
  type Editor,
  LONGEST_READ,
  parse,
  print,
} from '@chandlery/chart-core/drawings';
import { download } from '../ui/download';
import { say } from '../ui/Toasts';

export function writeFile(symbol: string, drawings: readonly Drawing[]): void {
  const file = new Blob([print(drawings)], { type: 'application/json' });
  download(file, `drawings ${symbol.replaceAll(/[^\w.-]+/g, '-')}.json`);
}

/** Asks for a file, and adds what is drawn in it. */
export function readFile(editor: Editor): void {
  const field = document.createElement('input');
  field.type = 'file';
  field.accept = '.json,application/json';
  field.addEventListener('change', () => {
    const [file] = field.files ?? [];
    if (file) void addFrom(file, editor);
  });
  field.click();
}

export async function addFrom(file: File, editor: Editor): Promise<void> {
  const found = file.size > LONGEST_READ ? [] : parse(await file.text());
  const added = editor.add(found);
  if (found.length === 0) say(`${file.name} holds no drawings: choose a file that was saved here`);
  else if (added < found.length)
    say(`Added ${added} of ${found.length} drawings: there is no more room`);
  else say(`Added ${added} ${added === 1 ? 'drawing' : 'drawings'}`);
}
