import { expect, it } from 'vitest';
import { withSection } from '../../bench/markdown.js';

const headings = (text: string): string[] => text.match(/^## .*$/gm) ?? [];

it('a run replaces the section of its own major version, and leaves the others', () => {
  const first = withSection('', '24.1.0', '## Node 24.1.0\n\nold\n');
  const second = withSection(first, '20.19.0', '## Node 20.19.0\n\nother\n');
  expect(headings(second)).toEqual(['## Node 20.19.0', '## Node 24.1.0']);
  const third = withSection(second, '24.9.0', '## Node 24.9.0\n\n### table\n\nnew\n');
  expect(headings(third)).toEqual(['## Node 20.19.0', '## Node 24.9.0']);
  expect(third).toContain('other');
  expect(third).not.toContain('old');
  expect(withSection(third, '24.9.0', '## Node 24.9.0\n\n### table\n\nnew\n')).toBe(third);
});
