/* SPDX-License-Identifier: Apache-2.0 */
/* The checklist's points, each from an official letter, and the words of the check of invitations,
 * as English keys of the catalog. */
#include "base/catalog.h"
#include "portal/meeting.h"

#define BOTH (MEETING_ORGANISER | MEETING_PARTICIPANT)

/* Notice 17/TB-BCA-A05 (2020-04-17) and letters 640/UBND-VP (2020-05-06) and 139/CV-CNTT
 * (2020-04-17) order these. */
const struct meeting_point meeting_points[] = {
    {"documents", MEETING_CONTENT, BOTH,
     N_("No state secret and no internal document is shown, spoken about or sent in this meeting"),
     N_("Stop. Do not hold this part of the meeting over an Internet meeting application. Meet in "
        "person, or use the means that your body has approved for such content.")},
    {"warned", MEETING_APP, BOTH,
     N_("The application is not one that the authorities warn against"),
     N_("Ask your IT unit which applications are under a warning, and take another one.")},
    {"domestic", MEETING_APP, MEETING_ORGANISER,
     N_("I have chosen a reputable application and considered a domestic one first"),
     N_("Bodies of the State take a reputable domestic service first. Ask your IT unit which one "
        "your body uses.")},
    {"source", MEETING_APP, BOTH,
     N_("The application was installed from its maker's official site or an official store"),
     N_("Remove it and install it again from the maker's own site, App Store or Google Play, or "
        "have your IT unit do so. Never install it from a link in a message.")},
    {"version", MEETING_APP, BOTH,
     N_("The application is the newest version, and the operating system has all updates"),
     N_("Update the application and the operating system before the meeting, and restart the "
        "device.")},
    {"room", MEETING_ROOM, MEETING_ORGANISER,
     N_("The room is private and made for this meeting, with a number of its own"),
     N_("Do not use your permanent personal room. Create a new private meeting, so that its number "
        "is worth nothing afterwards.")},
    {"password", MEETING_ROOM, MEETING_ORGANISER,
     N_("The room has a complex password that is used nowhere else"),
     N_("Set a password of at least ten characters with letters, digits and signs. If an old one "
        "is "
        "in use, change it at once.")},
    {"waiting", MEETING_ROOM, MEETING_ORGANISER,
     N_("There is a waiting room, and I let in only people whom I know by name"),
     N_("Switch on the waiting room, or the approval of each participant, and compare the names "
        "with the list of those invited.")},
    {"sharing", MEETING_ROOM, MEETING_ORGANISER,
     N_("Only the host can share the screen, unless the host allows somebody to"),
     N_("In the meeting's settings, allow screen sharing to the host only.")},
    {"recording", MEETING_ROOM, MEETING_ORGANISER,
     N_("Recording is switched off, or limited to the host and announced to all"),
     N_("Switch recording off for participants. Record only where there is a need, say so first, "
        "and keep the file where only those entitled can open it.")},
    {"secret", MEETING_CONDUCT, BOTH,
     N_("The meeting's number, link, password and time go only to those invited, and nobody posts "
        "them on the Internet"),
     N_("Send the link and the password separately and only to those invited. If they stand "
        "somewhere public, delete them there and create a new room.")},
    {"name", MEETING_CONDUCT, MEETING_PARTICIPANT,
     N_("I join under my real name and unit, so that the host knows whom to let in"),
     N_("Set your full name and unit before you join. Do not let others join with your "
        "invitation.")},
    {"consent", MEETING_CONDUCT, MEETING_PARTICIPANT,
     N_("I record nothing and take no picture of the screen without the host's leave"),
     N_("Ask the host first. What is recorded can leak from your device as well.")},
    {"links", MEETING_CONDUCT, BOTH,
     N_("Nobody opens strange files or links that come before or during the meeting"),
     N_("Check the invitation first. Open nothing in the meeting's chat that you do not expect; "
        "ask "
        "the sender aloud.")},
    {"report", MEETING_CONDUCT, BOTH,
     N_("I know whom to tell at once when something leaks or a stranger comes in"),
     N_("Note the contacts of your IT unit and of the competent authority. They stand at the end "
        "of "
        "this page.")},
};
const size_t meeting_point_count = sizeof meeting_points / sizeof *meeting_points;
_Static_assert(sizeof meeting_points / sizeof *meeting_points <= MEETING_POINTS_MAX, "raise it");

const char *
meeting_group_title(enum meeting_group group)
{
    static const char *const titles[MEETING_GROUPS] = {
        [MEETING_CONTENT] = N_("What the meeting is about"),
        [MEETING_APP] = N_("The application"),
        [MEETING_ROOM] = N_("The room"),
        [MEETING_CONDUCT] = N_("How all behave"),
    };
    return titles[group];
}

#define ASK                                                                                        \
    N_("Do not click it. Ask the organiser by telephone, on a number that you already know.")
#define TYPE                                                                                       \
    N_("Do not click it. Open the application yourself and type in the meeting's number, or ask "  \
       "the organiser.")
#define SECRET                                                                                     \
    N_("Do not post or forward this text. As the organiser, send the password separately and "     \
       "switch on the waiting room.")

const struct meeting_rule meeting_rules[] = {
    {"unc", true, N_("A path to another computer (\\\\computer\\folder or file://)"),
     N_("When you click it, Windows may send your sign-in data to that computer, or start a "
        "program "
        "from there."),
     ASK},
    {"lookalike", true, N_("An address that only looks like a known meeting service"),
     N_("A letter is swapped or of another script, or the known name stands in the wrong place. "
        "What counts is the end of the name before the first slash: in zoom.us.example.net that is "
        "example.net."),
     TYPE},
    {"mismatch", true, N_("A link that shows one address and leads to another"),
     N_("The text names one site, but the click goes to another one."), TYPE},
    {"executable", true, N_("A file that runs a program"),
     N_("Endings such as .exe, .scr, .msi, .lnk or .iso run a program when they are opened. No "
        "meeting needs that."),
     N_("Do not open it. Install the application only from its maker's site or an official "
        "store.")},
    {"address", true, N_("A link to a number instead of a name"),
     N_("Such as https://203.0.113.5/. A meeting service has a name; a number hides whose it is."),
     ASK},
    {"scheme", true, N_("A link that runs something instead of opening a page"),
     N_("Links that begin with javascript:, data: or search-ms: make your device do something by "
        "themselves."),
     ASK},
    {"hidden", true, N_("Text that runs backwards"),
     N_("A hidden sign turns the letters around, so that the name of a harmful file looks "
        "harmless."),
     ASK},
    {"brand", false,
     N_("An address that bears the name of a meeting service but is not known as its own"),
     N_("It may be of your own school or company, or a forgery. We cannot tell."),
     N_("Ask the organiser before you sign in or install anything there.")},
    {"punycode", false, N_("An address with letters of another script"),
     N_("Some letters of other scripts look like Latin ones. Addresses with Vietnamese letters are "
        "shown here as well."),
     N_("Read the address letter by letter, or type it yourself.")},
    {"shortener", false, N_("A shortened link"),
     N_("It hides where it leads until you have clicked."),
     N_("Ask the organiser for the full link.")},
    {"redirect", false, N_("A link that leads on to another site"),
     N_("It begins with one site and carries the address of another one to go on to."),
     N_("Look at the address once the page is open, before you type anything.")},
    {"http", false, N_("A link without encryption (http://)"),
     N_("Others on the way can read and change what you see there."),
     N_("Type no password there. Ask for a link that begins with https://.")},
    {"passcode-link", false, N_("The password is in the link"),
     N_("Many services make such links by themselves. Whoever has the link is in the meeting."),
     SECRET},
    {"together", false, N_("Number and password of the meeting stand in one text"),
     N_("Many invitations are worded so. Whoever sees this text can join."), SECRET},
};
const size_t meeting_rule_count = sizeof meeting_rules / sizeof *meeting_rules;
