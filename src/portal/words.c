/* SPDX-License-Identifier: Apache-2.0 */
/* One row a state. The Vietnamese texts are in po/vi.po; where the field has a fixed wording, they
 * are that wording. No text says "clean": no finding is no proof. */
#include "portal/words.h"

struct words {
    const char *tone, *headline, *meaning, *note, *advice;
    const char *const *steps;
};

#define SCAN                                                                                       \
    N_("Scan every computer and phone that uses this connection with up-to-date anti-virus"        \
       " software.")
#define ROUTER                                                                                     \
    N_("Restart the router and cameras, change their passwords and install their newest "          \
       "firmware.")
#define AGAIN N_("Check again after a few days.")
#define PASSWORDS                                                                                  \
    N_("When a device was infected: after cleaning it, change the passwords used on it.")
#define UPDATE N_("Keep systems and applications up to date; do not use cracked software.")
#define VPN_OFF N_("Switch off VPN or proxy and check again.")
#define SCAN_OWN N_("Scan the device you are using with up-to-date anti-virus software.")
#define HOME_LINE N_("Check again on the connection you want to know about, for example at home.")
#define LATER N_("Try again later.")

static const char *const found_steps[] = {SCAN, ROUTER, PASSWORDS, AGAIN, NULL};
static const char *const clear_steps[] = {SCAN_OWN, UPDATE, HOME_LINE, NULL};
static const char *const shared_steps[] = {HOME_LINE, SCAN_OWN, UPDATE, NULL};
static const char *const foreign_steps[] = {VPN_OFF, SCAN_OWN, NULL};
static const char *const local_steps[] = {HOME_LINE, SCAN_OWN, NULL};
static const char *const later_steps[] = {LATER, SCAN_OWN, NULL};

static const struct words words[CHECK_STATE_COUNT] = {
    [CHECK_RECENT] =
        {
            .tone = "bad",
            .headline = N_("Signs of malware on this connection"),
            .meaning = N_("This Internet connection has appeared in botnet data "
                          "(family: {families}, last seen: {day}). At least one device "
                          "that shares the connection may be infected with malware, not "
                          "necessarily the one you are using."),
            .advice = N_("Scan every device that uses this connection, renew the router's "
                         "password and firmware, then check again after a few days."),
            .steps = found_steps,
        },
    [CHECK_OLD] =
        {
            .tone = "warn",
            .headline = N_("Signs of malware in the past"),
            .meaning = N_("It appeared in botnet data (family: {families}) and has not "
                          "been seen again since {day}. This does not show that your devices "
                          "are free of malware now."),
            .advice = N_("If the devices have not been scanned since then, scan every "
                         "device that uses this connection."),
            .steps = found_steps,
        },
    [CHECK_LOCAL] =
        {
            .tone = "plain",
            .headline = N_("You open this page from a local network"),
            .meaning = N_("Your address is not one of the public Internet, so there is "
                          "nothing to look up."),
            .note = NULL,
            .advice = N_("Check again on the connection you want to know about."),
            .steps = local_steps,
        },
    [CHECK_NO_DATA] =
        {
            .tone = "plain",
            .headline = N_("There are no current data to check against"),
            .meaning = N_("We cannot say anything about this connection now. This is no "
                          "sign that your devices are free of malware."),
            .note = N_("The data are not current."),
            .advice = N_("Try again later; meanwhile scan your device with up-to-date "
                         "anti-virus software."),
            .steps = later_steps,
        },
    [CHECK_FOREIGN] =
        {
            .tone = "plain",
            .headline = N_("This connection seems to be outside Vietnam"),
            .meaning = N_("You may be using a VPN or proxy, or be outside Vietnam. "
                          "Switch off the VPN and check again."),
            .note = N_("You may be using a VPN or proxy, or be outside Vietnam. Switch "
                       "off the VPN and check again."),
            .advice = N_("Switch off VPN or proxy and check again."),
            .steps = foreign_steps,
        },
    [CHECK_SHARED] =
        {
            .tone = "plain",
            .headline = N_("Many subscribers share this address"),
            .meaning = N_("Your provider shares this address among many subscribers "
                          "(mobile network or CGNAT), so nothing can be concluded about "
                          "you alone. Scan your device in step 2."),
            .note = N_("Your provider shares this address among many subscribers "
                       "(mobile network or CGNAT), so nothing can be concluded about "
                       "you alone. Scan your device in step 2."),
            .advice = N_("Nothing can be concluded about a shared address: scan your "
                         "own device with up-to-date anti-virus software."),
            .steps = shared_steps,
        },
    [CHECK_DYNAMIC] =
        {
            .tone = "plain",
            .headline = N_("This address changes hands"),
            .meaning = N_("Dynamic address: the record may belong to the subscriber who "
                          "used this address before you."),
            .note = N_("Dynamic address: the record may belong to the subscriber who "
                       "used this address before you."),
            .advice = N_("The record may be another subscriber's: scan your own devices "
                         "to be sure."),
            .steps = found_steps,
        },
    [CHECK_IPV6] =
        {
            .tone = "plain",
            .headline = N_("Nothing seen, but little is known of IPv6"),
            .meaning = N_("This connection has not been seen in the data of the last {window} "
                          "days. Our data cover little of IPv6, so this means less than for "
                          "IPv4. It does not show that your devices are free of malware."),
            .note = N_("You are connected over IPv6, of which our data cover little."),
            .advice = N_("Our data cover little of IPv6: scan your device with "
                         "up-to-date anti-virus software."),
            .steps = clear_steps,
        },
    [CHECK_NOT_FOUND] =
        {
            .tone = "plain",
            .headline = N_("Nothing seen in the data"),
            .meaning = N_("This connection has not been seen in the data of the last {window} "
                          "days. This does not show that your devices are free of malware."),
            .advice = N_("Scan your device with up-to-date anti-virus software all the "
                         "same, and keep systems up to date."),
            .steps = clear_steps,
        },
};

const char *
words_advice(enum check_state state)
{
    return words[state].advice;
}

const char *
words_headline(enum check_state state)
{
    return words[state].headline;
}

const char *
words_meaning(enum check_state state)
{
    return words[state].meaning;
}

const char *
words_note(enum check_state state)
{
    return words[state].note;
}

const char *const *
words_steps(enum check_state state)
{
    return words[state].steps;
}

const char *
words_tone(enum check_state state)
{
    return words[state].tone;
}

const char *words_class(enum event_class class)
{
    static const struct {
        enum event_class class;
        const char *text;
    } texts[] = {
        {CLASS_VULNERABLE_SYSTEM, N_("A service with a known weakness was reachable")},
        {CLASS_POTENTIALLY_UNWANTED,
         N_("A service that should not be open to the Internet was reachable")},
        {CLASS_DDOS_AMPLIFIER, N_("A service that can be misused for attacks was reachable")},
        {CLASS_WEAK_CRYPTO, N_("A service with weak encryption was reachable")},
        {CLASS_INFORMATION_DISCLOSURE, N_("A service that discloses information was reachable")},
        {CLASS_SCANNER, N_("Scans of other networks came from here")},
        {CLASS_BRUTE_FORCE, N_("Attempts to guess passwords came from here")},
        {CLASS_EXPLOIT, N_("Attempts to break into other systems came from here")},
        {CLASS_SPAM, N_("Spam came from here")},
        {CLASS_DDOS, N_("Attack traffic came from here")},
        {CLASS_BLACKLIST, N_("Listed in a blocklist")},
        {CLASS_PROXY, N_("An open proxy was reachable")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].class == class)
            return texts[i].text;
    return event_class_name(class);
}
