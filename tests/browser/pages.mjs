// SPDX-License-Identifier: Apache-2.0
// Every page that a visitor can see, in both languages. A new page is one line here: pages_test.mjs
// then holds it to what every page must be. `status`: other than 200; `script`: it has one.
const states = ['recent', 'old', 'not-found', 'shared', 'foreign', 'local', 'ipv6-low-coverage',
    'no-data', 'dynamic'];

const checklist = { vi: '/hop-an-toan/tu-kiem-tra', en: '/en/safe-meetings/checklist' };

export const pages = [
    { name: 'start', vi: '/', en: '/en/' },
    { name: 'check', vi: '/kiem-tra', en: '/en/check' },
    ...states.map((state) => ({
        name: `example ${state}`,
        vi: `/kiem-tra?vi-du=${state}`,
        en: `/en/check?example=${state}`,
    })),
    { name: 'safe meetings', vi: '/hop-an-toan', en: '/en/safe-meetings' },
    { name: 'meeting: role', ...checklist },
    ...['role=organiser', 'role=participant', 'role=organiser&done=1',
        'role=participant&documents=1&links=1&done=1'].map((query) => ({
        name: `meeting: ${query}`,
        vi: `${checklist.vi}?${query}`,
        en: `${checklist.en}?${query}`,
    })),
    { name: 'invitation', vi: '/hop-an-toan/loi-moi', en: '/en/safe-meetings/invitation',
        script: true },
    { name: 'no such page', vi: '/khong-co', en: '/en/none', status: 404 },
];
