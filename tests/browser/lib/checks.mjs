// SPDX-License-Identifier: Apache-2.0
// What every page must be. Each check takes a tab that shows the page and returns faults.
import { readFileSync } from 'node:fs';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

// The fields of the answer. A page without a script of its own allows none.
export function headers(response, language, script) {
    const fields = response.headers();
    const policy = new Map((fields['content-security-policy'] ?? '').split('; ')
        .map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
    const want = {
        'default-src': "'none'", 'style-src': "'self'", 'img-src': "'self'", 'font-src': "'self'",
        'script-src': script ? "'self'" : undefined, 'connect-src': undefined,
        'form-action': "'self'", 'base-uri': "'none'", 'frame-ancestors': "'none'",
    };
    const wantFields = {
        'content-type': 'text/html; charset=utf-8', 'content-language': language,
        'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin', 'set-cookie': undefined,
        'cross-origin-resource-policy': 'same-origin',
    };
    return [
        ...Object.entries(want).filter(([name, value]) => policy.get(name) !== value)
            .map(([name, value]) => `policy: ${name} is ${policy.get(name)}, not ${value}`),
        ...Object.entries(wantFields).filter(([name, value]) => fields[name] !== value)
            .map(([name, value]) => `${name} is ${fields[name]}, not ${value}`),
        ...(/camera=\(\).*microphone=\(\)/.test(fields['permissions-policy'] ?? '')
            ? [] : ['permissions-policy does not shut camera and microphone']),
    ];
}

export function structure(page, language) {
    return page.evaluate((want) => {
        const faults = [];
        const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
            .filter((heading) => heading.checkVisibility())
            .map((heading) => Number(heading.tagName[1]));
        const first = levels.filter((level) => level === 1).length;
        if (first !== 1)
            faults.push(`${first} h1`);
        levels.forEach((level, i) => {
            if (level > (levels[i - 1] ?? 0) + 1)
                faults.push(`h${level} follows h${levels[i - 1] ?? 0}`);
        });
        if (document.documentElement.lang !== want)
            faults.push(`lang is "${document.documentElement.lang}"`);
        if (!document.title.trim() || document.title.trim().startsWith('–'))
            faults.push(`title is "${document.title}"`);
        const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
        ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push(`two #${id}`));
        for (const landmark of ['main', 'header', 'footer'])
            if (document.querySelectorAll(`body > ${landmark}, body > * > ${landmark}`).length < 1)
                faults.push(`no ${landmark}`);
        return faults;
    }, language);
}

export async function narrow(page) { // WCAG 1.4.10: 320 px without scrolling sideways
    await page.setViewportSize({ width: 320, height: 640 });
    return page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width)
            return [];
        return [`the page is ${document.documentElement.scrollWidth} px wide`,
            ...[...document.querySelectorAll('body *')]
                .filter((element) => element.getBoundingClientRect().right > width + 0.5)
                .slice(-5).map((element) => `too wide: ${element.outerHTML.slice(0, 120)}`)];
    });
}

async function axe(page, where, rules) {
    const options = rules ? { runOnly: rules, resultTypes: ['violations'] }
        : { resultTypes: ['violations'] };
    const { violations } = await page.evaluate((how) => globalThis.axe.run(document, how), options);
    return violations.flatMap((violation) => violation.nodes.map((node) =>
        `${where}: ${violation.id}: ${node.target.join(' ')}: ` +
        `${node.any.concat(node.all, node.none)[0]?.message ?? violation.help}`));
}

// Only colours depend on the scheme, so the dark one is asked for no more.
export async function accessible(page) {
    const faults = [];
    await page.evaluate(() => document.activeElement.blur()); // a mark of focus has other colours
    await page.evaluate(AXE);
    for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme: 'light' });
        faults.push(...await axe(page, `${width} light`));
        await page.emulateMedia({ colorScheme: 'dark' });
        faults.push(...await axe(page, `${width} dark`, ['color-contrast']));
    }
    await page.emulateMedia({ colorScheme: null });
    return faults;
}

export async function printed(page) { // paper has no use for what leads elsewhere
    await page.emulateMedia({ media: 'print' });
    const faults = await page.evaluate(() =>
        [...document.querySelectorAll('nav, button, [role=button], a[href="#main"]')]
            .filter((element) => element.checkVisibility())
            .map((element) => `printed: ${element.outerHTML.slice(0, 120)}`)
            .concat(document.querySelector('h1')?.checkVisibility() ? [] : ['no h1 is printed']));
    await page.emulateMedia({ media: null });
    return faults;
}

// Where Tab must stop, in this order: each by its place in the document. One of each group of radio
// buttons. Keeps the looks of each without focus.
function listStops(page) {
    return page.evaluate((selector) => {
        const looks = (element) => [element, element.labels?.[0]].filter(Boolean)
            .flatMap((part) => ['', '::before', '::after'].map((which) => {
                const style = getComputedStyle(part, which || null);
                return ['outline', 'boxShadow', 'background', 'border', 'textDecoration']
                    .map((name) => style[name]).join();
            })).join('\n');
        const groups = new Set();
        const stops = [...document.querySelectorAll(selector)].filter((element) => {
            if (element.tabIndex < 0 || element.disabled || !element.checkVisibility() ||
                element.type === 'hidden')
                return false;
            const group = element.type === 'radio' ? element.name : '';
            const again = group && groups.has(group);
            groups.add(group);
            return !again;
        });
        globalThis.khien = { looks, stops, plain: stops.map(looks) };
        return stops.map((element) => element.outerHTML.slice(0, 100));
    }, FOCUSABLE);
}

function stopNow(page) {
    return page.evaluate(() => {
        const { looks, stops, plain } = globalThis.khien;
        const at = stops.indexOf(document.activeElement);
        const box = document.activeElement.getBoundingClientRect();
        return { at, marked: at >= 0 && looks(stops[at]) !== plain[at],
            inside: box.width > 0 && box.right > 0 && box.left < innerWidth,
            is: document.activeElement.outerHTML.slice(0, 100) };
    });
}

export async function tabs(page) { // from the page's beginning; focus is then at its last stop
    const faults = [];
    await page.setViewportSize({ width: 1280, height: 800 });
    const stops = await listStops(page);
    for (let i = 0; i < stops.length && faults.length < 5; i++) {
        await page.keyboard.press('Tab');
        let now = await stopNow(page);
        for (let part = 0; part < 3 && now.at === i - 1 && now.is.includes('type="date"'); part++) {
            await page.keyboard.press('Tab'); // the parts of a date are stops of one field
            now = await stopNow(page);
        }
        if (now.at !== i)
            faults.push(`Tab ${i + 1} should reach ${stops[i]}`, `but is at ${now.is}`);
        else if (!now.marked)
            faults.push(`focus cannot be seen: ${now.is}`);
        else if (!now.inside)
            faults.push(`the focused thing is not on the page: ${now.is}`);
    }
    return faults;
}

export async function skips(page) { // the first stop leads past the frame, into <main>
    await page.keyboard.press('Tab');
    const link = await page.evaluate(() => document.activeElement.getAttribute('href'));
    if (link !== '#main')
        return [`the first stop is ${link}`];
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    return page.evaluate((selector) => {
        const main = document.querySelector('main');
        const holds = [...main.querySelectorAll(selector)]
            .some((element) => element.tabIndex >= 0 && element.checkVisibility());
        const after = main.compareDocumentPosition(document.activeElement) &
            Node.DOCUMENT_POSITION_FOLLOWING;
        return after && (!holds || main.contains(document.activeElement))
            ? [] : [`after it, Tab is at ${document.activeElement.outerHTML.slice(0, 100)}`];
    }, FOCUSABLE);
}

// Own links are asked once (KNOWN: address -> [status, type]); others are only looked at.
export async function links(page, origin, known) {
    const faults = [];
    const found = await page.evaluate(() => [...document.querySelectorAll('[href], [src]')]
        .map((element) => element.href?.baseVal ?? element.href ?? element.src));
    for (const link of new Set(found)) {
        const [address, fragment] = link.split('#');
        if (!link.startsWith(`${origin}/`)) {
            if (!/^(https:\/\/[\w.-]+\.[a-z]+(\/|$)|tel:\+?[0-9 ]+$|mailto:(\S+@\S+$|\?)|sms:\?)/
                .test(link))
                faults.push(`leads nowhere: ${link}`);
            continue;
        }
        if (!known.has(address)) {
            const answer = await page.context().request.get(address, { maxRedirects: 0 });
            known.set(address, [answer.status(), answer.headers()['content-type']]);
        }
        const own = address === page.url().split('#')[0];
        if (!own && ![200, 303].includes(known.get(address)[0])) // 303: counted, and sent on
            faults.push(`${known.get(address)[0]}: ${address}`);
        if (own && fragment &&
            !await page.evaluate((id) => !!document.getElementById(id), fragment))
            faults.push(`no #${fragment} in the page`);
    }
    return faults;
}

// The tab has JavaScript off: the page is whole, and what can be pressed is sent by a form.
export function plain(page) {
    return page.evaluate(() => {
        const main = document.querySelector('main');
        return [
            ...(main?.querySelector('h1')?.checkVisibility() ? [] : ['no h1 is shown']),
            ...[...document.querySelectorAll('button, input, select, textarea')]
                .filter((element) => element.checkVisibility() && !element.form?.action &&
                    !(element.readOnly && element.labels.length)) // a text to copy
                .map((element) => `does nothing: ${element.outerHTML.slice(0, 100)}`),
            ...[...document.querySelectorAll('form')].filter((form) => form.method !== 'get')
                .map(() => 'a form that is not GET'),
            ...[...document.querySelectorAll('[style], [onclick], [onload], [onsubmit]')]
                .map((element) => `inline style or script: ${element.outerHTML.slice(0, 100)}`),
        ];
    });
}

// Bytes on the wire, heads included, until the page and its fonts are there.
export async function transfer(page, path) {
    const devtools = await page.context().newCDPSession(page);
    let bytes = 0;
    await devtools.send('Network.enable');
    devtools.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
    await page.goto(path, { waitUntil: 'load' });
    await page.evaluate(() => document.fonts.ready);
    return bytes;
}
