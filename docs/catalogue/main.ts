import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { currentPage, pageFile } from './page.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { text, problems } = currentPage();
const isStale = !existsSync(pageFile) || readFileSync(pageFile, 'utf8') !== text;
if (values.check && isStale) console.error('docs/cells.md is stale: npm run catalogue');
if (!values.check && isStale) writeFileSync(pageFile, text);
for (const problem of problems) console.error(problem);
if (!values.check) console.log(isStale ? 'wrote docs/cells.md' : 'docs/cells.md is up to date');
if (problems.length > 0 || (values.check && isStale)) process.exitCode = 1;
