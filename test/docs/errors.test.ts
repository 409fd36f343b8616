import { ERROR_TABLE, WARNING_TABLE } from 'mortise';
import { describe, expect, it } from 'vitest';
import { read, tableRows } from './markdown.js';

const rows = tableRows('docs/errors.md', 'code').map(([code = '', category, raised, remedy]) => ({
  code: code.replaceAll('`', ''),
  category,
  raised,
  remedy,
}));

describe('docs/errors.md', () => {
  it('has one row for each code that only warnings have', () => {
    const rows = tableRows('docs/errors.md', 'warning').map(([code = '', says = '']) => [code.replaceAll('`', ''), says]);
    expect(rows).toEqual(Object.entries(WARNING_TABLE));
  });

  it('has one row for each code, in the order of the table, and no other', () => {
    expect(rows.map(({ code }) => code)).toEqual(Object.keys(ERROR_TABLE));
  });

  it('gives the category of each code', () => {
    const categories = Object.fromEntries(Object.entries(ERROR_TABLE).map(([code, { category }]) => [code, category]));
    expect(Object.fromEntries(rows.map(({ code, category }) => [code, category]))).toEqual(categories);
  });

  it('lists the categories', () => {
    const [, list = ''] = /^Categories: ([^.]*)\./m.exec(read('docs/errors.md')) ?? [];
    const listed = list.split(',').map((name) => name.replace(/\([^)]*\)/, '').trim());
    expect(listed.sort()).toEqual([...new Set(Object.values(ERROR_TABLE).map(({ category }) => category))].sort());
  });

  it('says of each code when it is raised and what to do', () => {
    expect(rows.filter(({ raised, remedy }) => !raised || !remedy)).toEqual([]);
  });
});
