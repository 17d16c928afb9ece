// SPDX-License-Identifier: Apache-2.0
// A visitor's way through the pages: by hand (a pointer) or with the keyboard only. A step names
// what is pressed as the visitor reads it, and where that leads.
import { none, is } from './tap.mjs';

const TABS_MAX = 300; // more stops has no page; then the thing cannot be reached

// The link or button that is called NAME, and how many there are.
function named(page, name) {
    return page.locator('a, button, summary').filter({ hasText: name, visible: true });
}

const pointer = {
    press: (page, name) => named(page, name).first().click(),
    tick: (page, label) => page.getByLabel(label).first().check(),
};

async function tabTo(page, what, matches, argument) {
    for (let i = 0; i < TABS_MAX; i++) {
        if (await page.evaluate(matches, argument))
            return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`no Tab reaches ${what} on ${page.url()}`);
}

const keyboard = {
    async press(page, name) {
        await tabTo(page, name, (text) => document.activeElement !== document.body &&
            document.activeElement.textContent.trim() === text, name);
        await page.keyboard.press('Enter');
    },
    async tick(page, label) {
        await tabTo(page, label, (text) => [...document.activeElement.labels ?? []]
            .some((element) => element.textContent.trim() === text), label);
        await page.keyboard.press('Space');
    },
};

export const ways = [
    { name: 'pointer', hand: pointer, options: {} },
    { name: 'keyboard', hand: keyboard, options: {} },
    { name: 'keyboard without JavaScript', hand: keyboard, options: { javaScriptEnabled: false } },
    { name: 'pointer on a phone without JavaScript', hand: pointer,
        options: { javaScriptEnabled: false, viewport: { width: 390, height: 844 } } },
];

// STEPS: { press, ticks (before it), path, shows }. `path` and `shows` are looked at afterwards.
export async function walk(page, hand, label, start, steps) {
    await page.goto(start);
    for (const step of steps) {
        for (const tick of step.ticks ?? [])
            await hand.tick(page, tick);
        const before = page.url();
        await hand.press(page, step.press);
        await page.waitForURL((url) => url.href !== before);
        const { pathname, search } = new URL(page.url());
        if (step.path)
            await is(step.path.includes('?') ? pathname + search : pathname, step.path,
                `${label}: "${step.press}" leads to ${step.path}`, page);
        for (const text of step.shows ?? []) {
            const count = await page.locator('main').getByText(text).filter({ visible: true })
                .count();
            await none(count ? [] : [`not to be read: ${text}`],
                `${label}: there it says "${text}"`, page);
        }
    }
}
