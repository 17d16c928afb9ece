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
    { name: 'figures', vi: '/so-lieu', en: '/en/figures' },
    { name: 'figures of a family', vi: '/so-lieu?family=mirai', en: '/en/figures?family=mirai' },
    { name: 'figures: fault', vi: '/so-lieu?from=x', en: '/en/figures?from=x', status: 400 },
    { name: 'method', vi: '/so-lieu/phuong-phap', en: '/en/figures/method' },
    { name: 'tools', vi: '/cong-cu', en: '/en/tools' },
    { name: 'guides', vi: '/huong-dan', en: '/en/guides' },
    { name: 'guide', vi: '/huong-dan/router', en: '/en/guides/router' },
    { name: 'share', vi: '/chia-se', en: '/en/share' },
    { name: 'alerts', vi: '/canh-bao', en: '/en/alerts' },
    { name: 'alert', vi: '/canh-bao/2020-04-17-zoom', en: '/en/alerts/2020-04-17-zoom' },
    { name: 'press', vi: '/thong-cao', en: '/en/press' },
    { name: 'release', vi: '/thong-cao/2020-12-30-ket-qua', en: '/en/press/2020-12-30-ket-qua' },
    { name: 'campaigns', vi: '/chien-dich', en: '/en/campaigns' },
    { name: 'campaign', vi: '/chien-dich/2020', en: '/en/campaigns/2020' },
    { name: 'contacts', vi: '/danh-ba', en: '/en/contacts' },
    { name: 'privacy', vi: '/quyen-rieng-tu', en: '/en/privacy' },
    { name: 'accessibility', vi: '/tro-nang', en: '/en/accessibility' },
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
