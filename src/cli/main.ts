#!/usr/bin/env node
import colors from 'picocolors';
import { runCommandLine } from './command-line.js';

// A reader that goes away early, like `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  folder: process.cwd(),
  print: (line) => { process.stdout.write(`${line}\n`); },
  complain: (line) => { process.stderr.write(`${line}\n`); },
  colors,
});
