/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: ELF, PE and what else begins with MZ, Mach-O, Java classes. */
#include "scan/modules/magic.h"

#include "scan/modules/elf_file.h"

struct numbered {
    uint32_t number;
    const char *name;
};

static const char *
name_of(const struct numbered *names, uint32_t number)
{
    while (names->name && names->number != number)
        names++;
    return names->name;
}

static const struct numbered elf_machines[] = {
    {0, "no machine"},
    {2, "SPARC"},
    {3, "Intel 80386"},
    {4, "Motorola m68k, 68020"},
    {8, "MIPS"},
    {15, "PA-RISC"},
    {18, "SPARC32PLUS"},
    {20, "PowerPC or cisco 4500"},
    {21, "64-bit PowerPC or cisco 7500"},
    {22, "IBM S/390"},
    {40, "ARM"},
    {42, "Renesas SH"},
    {43, "SPARC V9"},
    {50, "IA-64"},
    {62, "x86-64"},
    {83, "Atmel AVR 8-bit"},
    {164, "QUALCOMM DSP6"},
    {183, "ARM aarch64"},
    {243, "UCB RISC-V"},
    {247, "eBPF"},
    {258, "LoongArch"},
    {0, NULL},
};
static const struct numbered elf_systems[] = {
    {0, "SYSV"},    {1, "HP-UX"},    {2, "NetBSD"}, {3, "GNU/Linux"},  {6, "Solaris"},
    {9, "FreeBSD"}, {12, "OpenBSD"}, {97, "ARM"},   {255, "embedded"}, {0, NULL},
};

static void
add_elf_type(const struct elf_file *elf, struct magic_name *ret)
{
    static const char *const types[] = {"no file type", "relocatable", "executable",
                                        "shared object", "core file"};
    static const char *const mimes[] = {NULL, "application/x-object", "application/x-executable",
                                        "application/x-sharedlib", "application/x-coredump"};
    if (elf->type < sizeof types / sizeof types[0]) {
        magic_add(ret, " %s,", types[elf->type]);
        ret->mime = mimes[elf->type];
    } else if (elf->type & 0xff00) {
        magic_add(ret, " processor-specific,");
    }
}

/* Of ARM and MIPS the processor's generation is said too. */
static void
add_elf_flags(const struct elf_file *elf, uint32_t flags, struct magic_name *ret)
{
    static const char *const mips[] = {"MIPS-I",      "MIPS-II",     "MIPS-III",   "MIPS-IV",
                                       "MIPS-V",      "MIPS32",      "MIPS64",     "MIPS32 rel2",
                                       "MIPS64 rel2", "MIPS32 rel6", "MIPS64 rel6"};
    if (elf->machine == 40 && flags >> 24 >= 1 && flags >> 24 <= 5)
        magic_add(ret, " EABI%u", flags >> 24);
    if (elf->machine == 8 && flags >> 28 < sizeof mips / sizeof mips[0])
        magic_add(ret, " %s", mips[flags >> 28]);
}

static bool
name_elf(str data, struct magic_name *ret)
{
    struct elf_file elf;
    if (!elf_file_open(&elf, data))
        return false;
    magic_set(ret, NULL, "ELF %s %s", elf.is_64bit ? "64-bit" : "32-bit",
              elf.is_big_endian ? "MSB" : "LSB");
    add_elf_type(&elf, ret);
    const char *machine = name_of(elf_machines, elf.machine);
    if (machine)
        magic_add(ret, " %s,", machine);
    else
        magic_add(ret, " *unknown arch 0x%x*", elf.machine);
    size_t flags_offset = elf.is_64bit ? 48 : 36;
    add_elf_flags(
        &elf, elf.is_big_endian ? magic_u32_big(data, flags_offset) : magic_u32(data, flags_offset),
        ret);
    uint32_t version = elf.is_big_endian ? magic_u32_big(data, 20) : magic_u32(data, 20);
    magic_add(ret, version == 1 ? " version 1" : " invalid version");
    const char *abi = name_of(elf_systems, (uint8_t)data.p[7]);
    if (abi)
        magic_add(ret, " (%s)", abi);
    return true;
}

static const struct numbered pe_machines[] = {
    {0x14c, "Intel 80386"},    {0x166, "MIPS R4000"},
    {0x184, "Alpha"},          {0x1a2, "Hitachi SH3"},
    {0x1a6, "Hitachi SH4"},    {0x1c0, "ARM"},
    {0x1c2, "ARM Thumb"},      {0x1c4, "ARMv7 Thumb"},
    {0x1f0, "PowerPC"},        {0x200, "Intel Itanium"},
    {0xebc, "EFI byte code"},  {0x5032, "RISC-V 32-bit"},
    {0x5064, "RISC-V 64-bit"}, {0x8664, "x86-64"},
    {0xaa64, "Aarch64"},       {0, NULL},
};
static const struct numbered pe_subsystems[] = {
    {1, "(native)"},
    {2, "(GUI)"},
    {3, "(console)"},
    {7, "(POSIX)"},
    {9, "(Windows CE)"},
    {10, "(EFI application)"},
    {11, "(EFI boot service driver)"},
    {12, "(EFI runtime driver)"},
    {13, "(EFI ROM)"},
    {14, "(XBOX)"},
    {16, "(Windows boot application)"},
    {0, NULL},
};
static const char PE_MIME[] = "application/vnd.microsoft.portable-executable";

static void
name_pe(str data, size_t pe, struct magic_name *ret)
{
    uint32_t characteristics = magic_u16(data, pe + 22), optional = magic_u16(data, pe + 24);
    uint32_t sections = magic_u16(data, pe + 6);
    bool is_64bit = optional == 0x20b;
    size_t directories = pe + (is_64bit ? 132 : 116), cli = pe + (is_64bit ? 248 : 232);
    magic_set(ret, PE_MIME, "PE");
    magic_add(ret,
              is_64bit            ? "32+ executable"
              : optional == 0x10b ? "32 executable"
              : optional == 0x107 ? " ROM image"
                                  : " Unknown PE signature 0x%x",
              optional);
    if (characteristics & 0x2000)
        magic_add(ret, " (DLL)");
    const char *subsystem = name_of(pe_subsystems, magic_u16(data, pe + 92));
    if (subsystem)
        magic_add(ret, " %s", subsystem);
    const char *machine = name_of(pe_machines, magic_u16(data, pe + 4));
    if (machine)
        magic_add(ret, " %s", machine);
    else
        magic_add(ret, " Unknown processor type 0x%x", magic_u16(data, pe + 4));
    if (characteristics & 0x200)
        magic_add(ret, " (stripped to external PDB)");
    if (characteristics & 0x1000)
        magic_add(ret, " system file");
    if (magic_u32(data, directories) > 14 && magic_u32(data, cli) > 0)
        magic_add(ret, " Mono/.Net assembly");
    magic_add(ret, ", for MS Windows");
    if (magic_at(data, pe + 24 + magic_u16(data, pe + 20), STR("UPX")))
        magic_add(ret, ", UPX compressed");
    if (sections > 1)
        magic_add(ret, ", %u sections", sections);
}

static bool
name_mz(str data, struct magic_name *ret)
{
    if (!str_starts(data, STR("MZ")))
        return false;
    size_t header = magic_u32(data, 0x3c);
    if (magic_at(data, header, STR("PE\0\0")))
        name_pe(data, header, ret);
    else if (magic_u16(data, 0x18) < 0x40)
        magic_set(ret, "application/x-dosexec", "MS-DOS executable, MZ for MS-DOS");
    else if (magic_at(data, header, STR("NE")))
        magic_set(ret, "application/x-ms-ne-executable", "MS-DOS executable, NE");
    else if (magic_at(data, header, STR("LE")))
        magic_set(ret, "application/x-dosexec", "MS-DOS executable, LE executable");
    else
        magic_set(ret, NULL, "MS-DOS executable");
    return true;
}

static const struct numbered mach_types[] = {
    {1, "object"},
    {2, "executable"},
    {3, "fixed virtual memory shared library"},
    {4, "core"},
    {5, "preload executable"},
    {6, "dynamically linked shared library"},
    {7, "dynamic linker"},
    {8, "bundle"},
    {9, "dynamically linked shared library stub"},
    {10, "dSYM companion file"},
    {11, "kext bundle"},
    {0, NULL},
};
static const struct numbered mach_machines[] = {
    {7, "i386"},          {12, "arm"},          {18, "ppc"}, {0x1000007, "x86_64"},
    {0x100000c, "arm64"}, {0x1000012, "ppc64"}, {0, NULL},
};

static bool
name_mach(str data, struct magic_name *ret)
{
    uint32_t magic = magic_u32(data, 0), big = magic_u32_big(data, 0);
    bool is_big = big == 0xfeedface || big == 0xfeedfacf;
    if (!is_big && magic != 0xfeedface && magic != 0xfeedfacf)
        return false;
    uint32_t machine = is_big ? magic_u32_big(data, 4) : magic_u32(data, 4);
    uint32_t type = is_big ? magic_u32_big(data, 12) : magic_u32(data, 12);
    const char *machine_name = name_of(mach_machines, machine);
    const char *type_name = name_of(mach_types, type);
    magic_set(ret, "application/x-mach-binary", "Mach-O %s%s %s",
              (is_big ? big : magic) == 0xfeedfacf ? "64-bit " : "",
              machine_name ? machine_name : "unknown", type_name ? type_name : "filetype");
    return true;
}

/* Universal binaries share their first bytes with Java classes, whose versions begin at 43. */
static bool
name_cafebabe(str data, struct magic_name *ret)
{
    if (magic_u32_big(data, 0) != 0xcafebabe || data.n < 8)
        return false;
    uint32_t count = magic_u32_big(data, 4), major = magic_u16_big(data, 6);
    if (count > 0 && count < 43) {
        magic_set(ret, "application/x-mach-binary",
                  "Mach-O universal binary with %u architecture%s", count, count == 1 ? "" : "s");
        return true;
    }
    magic_set(ret, "application/x-java-applet", "compiled Java class data, version %u.%u", major,
              magic_u16_big(data, 4));
    if (major >= 46)
        magic_add(ret, " (Java %s%u)", major < 53 ? "1." : "SE ", major - 44);
    return true;
}

bool
magic_program(str data, struct magic_name *ret)
{
    return name_elf(data, ret) || name_mz(data, ret) || name_mach(data, ret) ||
           name_cafebabe(data, ret);
}
