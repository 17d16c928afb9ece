#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Each check of checks.mjs finds the fault that it is there for, on a page that has it, and none on
// a page that has not.
import { createServer } from 'node:http';
import * as checks from './lib/checks.mjs';
import { catchViolations, launch, watch } from './lib/portal.mjs';
import { none, ok, run } from './lib/tap.mjs';

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const GOOD = {
    'content-type': 'text/html; charset=utf-8', 'content-language': 'en',
    'content-security-policy': POLICY, 'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=()',
};
const LOOSE = { 'content-type': 'text/html; charset=utf-8' }; // so that a style can be written here

function html(main, { lang = 'en', title = 'A page', head = '', skip = '#main' } = {}) {
    return `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>${title}</title>` +
        `<meta name="viewport" content="width=device-width"><link rel="icon" href="/icon">${head}` +
        `<a href="${skip}">Skip</a><header><a href="/">Home</a></header>` +
        `<main id="main" tabindex="-1">${main}</main><footer>foot</footer></html>`;
}

const server = createServer((request, response) => {
    const body = request.url === '/' || request.url === '/page' ? served.html : '';
    response.writeHead(request.url === '/gone' ? 404 : 200, served.fields);
    response.end(body);
});
let served, browser, origin;
const tabs = {}; // with and without JavaScript

async function openTabs() {
    for (const javaScriptEnabled of [true, false]) {
        const page = await browser.newPage({ javaScriptEnabled });
        await catchViolations(page);
        tabs[javaScriptEnabled] = { page, watched: watch(page) };
    }
}

// What CHECK says of a page; the answer, too, for who wants it.
async function said(check, content, fields = LOOSE, script = true) {
    const { page, watched } = tabs[script];
    served = { html: content, fields };
    const response = await page.goto(`${origin}/page`);
    const faults = await check(page, response, watched);
    await watched.faults(origin);
    await page.context().clearCookies();
    return faults;
}

async function finds(what, pattern, check, content, ...more) {
    const faults = await said(check, content, ...more);
    await none(faults.some((fault) => pattern.test(fault)) ? [] : [`said only: ${faults}`],
        `finds ${what}`);
}

async function passes(what, check, content, ...more) {
    await none(await said(check, content, ...more), `passes ${what}`);
}

const one = '<h1>One</h1><p>Text <a href="/page">link</a></p>';
const style = (css) => ({ head: `<style>${css}</style>` });
const printHidden = style('@media print { nav, button, a[href="#main"] { display: none } }');
const structure = (page) => checks.structure(page, 'en');
const links = (page) => checks.links(page, origin, new Map());
const headers = (page, response) => checks.headers(response, 'en', false);
const itself = async (page, response, watched) => {
    await page.waitForLoadState('networkidle');
    return [...await watched.faults(origin), ...await page.evaluate(() => globalThis.violations)];
};

async function checkStructure() {
    await passes('good headings', structure, html(one));
    await finds('two h1', /^2 h1/, structure, html(`${one}<h1>Two</h1>`));
    await finds('a missing level', /^h3 follows h1/, structure, html(`${one}<h3>Three</h3>`));
    await finds('a wrong language', /^lang is "vi"/, structure, html(one, { lang: 'vi' }));
    await finds('no title', /^title is/, structure, html(one, { title: '' }));
    await finds('an id twice', /^two #x/, structure, html(`${one}<p id="x"><p id="x">`));
}

async function checkKeyboard() {
    await passes('what Tab reaches', checks.tabs, html(one));
    await finds('an order of its own', /^Tab 1 should/, checks.tabs,
        html(`${one}<a href="/" tabindex="1">first</a>`));
    await finds('a mark of focus that is not there', /^focus cannot be seen/, checks.tabs,
        html(one, style(':focus { outline: none }')));
    await finds('what is focused elsewhere', /not on the page/, checks.tabs,
        html(one, style('a { position: absolute; left: -999px }')));
    await passes('one stop of a group', checks.tabs, html('<h1>One</h1><form>' +
        '<input type="radio" name="a" id="a"><label for="a">a</label>' +
        '<input type="radio" name="a" id="b"><label for="b">b</label></form>'));
    await passes('a link that skips', checks.skips, html(one));
    await finds('none that skips', /^the first stop/, checks.skips, html(one, { skip: '/' }));
    await finds('one that skips nowhere', /^after it/, checks.skips,
        html(one).replace('id="main"', ''));
}

async function checkLooks() {
    await passes('a narrow page', checks.narrow, html(one));
    await finds('a wide page', /^too wide: <p/, checks.narrow,
        html('<h1>One</h1><p style="width: 400px">wide'));
    await passes('a page that axe passes', checks.accessible, html(one));
    await finds('a picture without words', /image-alt/, checks.accessible,
        html(`${one}<img src="/icon">`));
    await finds('faint text', /390 light: color-contrast/, checks.accessible,
        html('<h1>One</h1><p style="color: #ccc">faint'));
    await finds('text that is faint in the dark', /1280 dark: color-contrast/, checks.accessible,
        html('<h1>One</h1><p>faint', style('@media (prefers-color-scheme: dark) ' +
            '{ p { color: #222; background: #000 } }')));
    await passes('what paper needs', checks.printed, html(`${one}<nav>x</nav>`, printHidden));
    await finds('navigation on paper', /^printed: <nav/, checks.printed,
        html(`${one}<nav>x</nav>`));
}

async function checkContent() {
    await passes('good links', links, html(`${one}<a href="tel:113">113</a><a href="#main">m</a>`));
    await finds('a link to nothing', /^404/, links, html(`${one}<a href="/gone">gone</a>`));
    await finds('a link to no such part', /^no #nil/, links, html(`${one}<a href="#nil">nil</a>`));
    await finds('a script as a link', /^leads nowhere/, links,
        html(`${one}<a href="javascript:1">x</a>`));
    await passes('a form', checks.plain,
        html(`${one}<form action="/page"><button>x</button></form>`), LOOSE, false);
    await finds('a button that does nothing', /^does nothing/, checks.plain,
        html(`${one}<button>x</button>`), LOOSE, false);
    await finds('a page made by script', /^no h1/, checks.plain, html('<p>Loading'), LOOSE, false);
    await finds('an inline script', /^inline/, checks.plain, html('<h1 onclick="1">x</h1>'));
}

async function checkPrivacy() {
    await passes('good fields', headers, html(one), GOOD);
    for (const name of Object.keys(GOOD))
        await finds(`no ${name}`, new RegExp(name === 'content-security-policy' ? '^policy' : name),
            headers, html(one), { ...GOOD, [name]: 'none' });
    await finds('an inline script allowed', /script-src/, headers, html(one),
        { ...GOOD, 'content-security-policy': `${POLICY}; script-src 'unsafe-inline'` });
    await passes('a page that keeps to itself', itself, html(one), GOOD);
    await finds('a request elsewhere', /^asks elsewhere: http:\/\/127.0.0.2/, itself,
        html('<img src="http://127.0.0.2:9/x.png">'));
    await finds('a cookie', /^sets a cookie: a/, itself, html(one),
        { ...LOOSE, 'set-cookie': 'a=b' });
    await finds('a broken policy', /^policy: script-src/, itself, html('<script>1</script>'), GOOD);
    await finds('a broken script', /^script: oops/, itself,
        html('<script>throw new Error("oops")</script>'));
    const bytes = [];
    await said(async (page) => bytes.push(await checks.transfer(page, `${origin}/page`)),
        html('x'.repeat(5000)));
    await ok(bytes[0] > 5000 && bytes[0] < 7000, 'counts what is sent');
}

await run(async () => {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    browser = await launch();
    await openTabs();
}, checkStructure, checkKeyboard, checkLooks, checkContent, checkPrivacy, async () => {
    await browser.close();
    server.close();
});
