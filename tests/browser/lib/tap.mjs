// SPDX-License-Identifier: Apache-2.0
// TAP for tests/browser/*_test.mjs. A check is a list of faults: none is a pass. Where a page is at
// hand, a failure leaves a picture of it in build/browser/ and says so.
import { mkdirSync } from 'node:fs';

const FOLDER = 'build/browser';
let checks = 0, failures = 0;

function note(text) {
    console.log(String(text).replace(/^/gm, '# '));
}

async function picture(page) {
    const path = `${FOLDER}/${process.argv[1].replace(/^.*\/|\.mjs$/g, '')}-${checks}.png`;
    mkdirSync(FOLDER, { recursive: true });
    await page.screenshot({ path, fullPage: true }).then(
        () => note(`screenshot: ${path}`), (error) => note(`no screenshot: ${error.message}`));
}

export async function none(faults, label, page) { // passes when FAULTS is empty
    checks++;
    console.log(`${faults.length ? 'not ' : ''}ok ${checks} - ${label}`);
    if (!faults.length)
        return;
    failures++;
    faults.forEach(note);
    if (page)
        await picture(page);
}

export function ok(condition, label, page) {
    return none(condition ? [] : ['it is not so'], label, page);
}

export function is(got, want, label, page) {
    const [g, w] = [got, want].map((value) => JSON.stringify(value));
    return none(g === w ? [] : [`got:  ${g}`, `want: ${w}`], label, page);
}

export async function run(...parts) { // each an async function; then the plan
    try {
        for (const part of parts)
            await part();
    } catch (error) {
        await none([error.stack], 'the test runs to its end');
    }
    console.log(`1..${checks}`);
    process.exitCode = failures ? 1 : 0;
}
