#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Every page of pages.mjs in both languages: what checks.mjs says, in a real browser.
import * as checks from './lib/checks.mjs';
import { catchViolations, portal, shut, watch } from './lib/portal.mjs';
import { none, ok, run } from './lib/tap.mjs';
import { pages } from './pages.mjs';

const FIRST_VIEW = 100 * 1024;
const known = new Map(); // address -> [status, type]
let site;

async function checkWithScript(page, watched, entry, language) {
    const label = `${language} ${entry.name}`;
    const response = await page.goto(entry[language]);
    const status = entry.status ?? 200;
    await none(response.status() === status ? [] : [`status ${response.status()}`],
        `${label}: is answered with ${status}`);
    await none(checks.headers(response, language, entry.script), `${label}: header fields`);
    await none(await checks.structure(page, language), `${label}: headings and frame`, page);
    await none(await checks.tabs(page), `${label}: Tab reaches all in order, and it shows`, page);
    await none(await checks.printed(page), `${label}: prints without navigation`);
    await none(await checks.narrow(page), `${label}: 320 px hold it`, page);
    await none(await checks.accessible(page), `${label}: axe finds nothing`, page);
    await none(await checks.links(page, site.origin, known), `${label}: all links lead somewhere`);
    await none([...await watched.faults(site.origin),
        ...await page.evaluate(() => globalThis.violations)], `${label}: keeps to itself`);
}

async function checkWithoutScript(page, entry, language) {
    const label = `${language} ${entry.name}`;
    await page.goto(entry[language]);
    await none(await checks.plain(page), `${label}: works without JavaScript`, page);
    await none(await checks.skips(page), `${label}: the first stop skips`, page);
}

async function checkAll() {
    const page = await site.open(), without = await site.open({ javaScriptEnabled: false });
    const watched = watch(page);
    await catchViolations(page);
    for (const entry of pages)
        for (const language of ['vi', 'en'].filter((one) => entry[one])) {
            await checkWithScript(page, watched, entry, language);
            await checkWithoutScript(without, entry, language);
        }
    await shut(page);
    await shut(without);
}

// What nobody measured stands apart and says so.
async function checkSelfReported() {
    const page = await site.open();
    for (const [path, words] of [['/so-lieu', 'không chứng tỏ máy nào sạch'],
        ['/en/figures', 'nor that one is clean']]) {
        await page.goto(path);
        const section = page.locator('section', { has: page.locator('#self-reported-heading') });
        await ok((await section.innerText()).includes(words), `${path}: self-reports say what not`);
        await ok(await section.locator('tbody tr').count() === 1 &&
            (await section.locator('td').innerText()) === '1', `${path}: with their column`);
        await ok(await section.locator('svg').count() === 0, `${path}: and no chart`);
    }
    await shut(page);
}

// Else the list above would quietly fall behind. Of pages that are made of one kind of content
// ("/huong-dan/…") one is enough.
async function checkList() {
    const listed = new Set(pages.flatMap((entry) => [entry.vi, entry.en]).filter(Boolean)
        .map((path) => path.split('?')[0]));
    const kind = (path) => path.match(/^(\/en)?\/[^/]+\/(?=[^/]+$)/)?.[0];
    const kinds = new Set([...listed].map(kind).filter(Boolean));
    const unlisted = [...known].filter(([, [status, type]]) => status === 200 &&
        type?.startsWith('text/html')).map(([address]) => new URL(address).pathname)
        .filter((path) => !listed.has(path) && !kinds.has(kind(path)));
    await ok(known.size > 0, 'links were followed');
    await none([...new Set(unlisted)], 'each page that a link leads to is in pages.mjs');
}

async function checkFirstView() {
    for (const path of ['/', '/en/'])
        for (const width of [390, 1280]) {
            const page = await site.open({ viewport: { width, height: 844 } });
            const bytes = await checks.transfer(page, path);
            await none(bytes > 0 && bytes <= FIRST_VIEW ? [] : [`${bytes} bytes`],
                `${path} at ${width} px: the first view takes at most ${FIRST_VIEW} bytes`);
            await shut(page);
        }
}

await run(
    async () => { site = await portal(); }, checkAll, checkSelfReported, checkList, checkFirstView,
    async () => ok(await site.close() === 0, 'the server ends well'));
