// SPDX-License-Identifier: Apache-2.0
// What each browser test stands on: a small demonstration of its own in $TMPDIR, the real
// `khien serve` over it on any free port, and Debian's Chromium driven by playwright-core.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const PROGRAM = process.env.KHIEN ?? `${process.cwd()}/build/khien`;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update'];

function demonstrate(folder) {
    mkdirSync(`${folder}/tools`);
    copyFileSync('tools/demo', `${folder}/tools/demo`);
    symlinkSync(`${process.cwd()}/node_modules`, `${folder}/node_modules`);
    execFileSync('tools/demo', { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, KHIEN: PROGRAM, KHIEN_DEMO_DAILY: '500' } });
}

// Resolves to where it serves.
function serve(folder) {
    const server = spawn(PROGRAM,
        ['serve', '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
        { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const origin = new Promise((resolve, reject) => {
        createInterface({ input: server.stdout }).on('line', (line) => {
            const found = line.match(/^pages: (http:.*)\/$/);
            if (found)
                resolve(found[1]);
        });
        server.on('exit', (code) => reject(new Error(`khien serve ended with status ${code}`)));
    });
    process.on('exit', () => server.kill('SIGKILL'));
    return { server, origin };
}

function ended(server) {
    return new Promise((resolve) => {
        server.removeAllListeners('exit');
        server.on('exit', resolve);
        server.kill('SIGTERM');
    });
}

// One report of a scanner, so that the page of figures has its section from the next start on.
async function report(folder) {
    const { server, origin } = serve(folder);
    execFileSync('python3', ['tests/cli/lib/reporter.py', 'one', await origin]);
    await ended(server);
}

export function launch() {
    return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

// { origin, open(options), close() }. open() gives a tab of a fresh context (no cache, no cookies):
// OPTIONS as of playwright's newContext; the tab's context is closed with `shut(page)`. close()
// resolves to the server's exit status.
export async function portal() {
    const folder = mkdtempSync(`${tmpdir()}/portal-`);
    demonstrate(folder);
    await report(folder);
    const { server, origin } = serve(folder);
    const baseURL = await origin;
    const browser = await launch();
    return {
        origin: baseURL,
        async open(options = {}) {
            const context = await browser.newContext({ baseURL, ...options });
            return context.newPage();
        },
        async close() {
            await browser.close();
            const status = await ended(server);
            rmSync(folder, { recursive: true, force: true });
            return status;
        },
    };
}

export function shut(page) {
    return page.context().close();
}

// Watches what PAGE does. watch.faults(origin): what no page of ours may do, since the last call.
export function watch(page) {
    let requests = [], said = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => said.push(`script: ${error.message}`));
    page.on('console', (message) => {
        // Chromium logs a page that is an error by intent as a failed load.
        if (message.type() === 'error' && message.location().url !== page.url())
            said.push(`console: ${message.text()}`);
    });
    return {
        async faults(origin) {
            const cookies = await page.context().cookies();
            const faults = [
                ...(requests.length ? [] : ['nothing was asked for']),
                ...said,
                ...requests.filter((url) => !url.startsWith(`${origin}/`))
                    .map((url) => `asks elsewhere: ${url}`),
                ...cookies.map((cookie) => `sets a cookie: ${cookie.name}`),
            ];
            requests = [];
            said = [];
            return faults;
        },
    };
}

// Violations of the policy reach no listener of playwright's: they are in `violations` in the page.
export function catchViolations(page) {
    return page.addInitScript(() => {
        globalThis.violations = [];
        document.addEventListener('securitypolicyviolation', (event) =>
            globalThis.violations.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
}
