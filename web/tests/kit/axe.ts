import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; target: string[]; failureSummary?: string }[];
}

/** What axe objects to on the page as it is now, one line each: WCAG 2.2 A and AA, and best practices. */
export async function violations(page: Page): Promise<string[]> {
  // Not as a script element: the page's policy would refuse that, and is to stay as it is.
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run(document, { resultTypes: ['violations'] })).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').split('\n').slice(1, 2).join('').trim()}`));
}
