/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that their first bytes tell. Of two that match the first in the table is taken. */
#include "scan/modules/magic.h"

struct row {
    uint32_t offset;
    str bytes;
    const char *type, *mime;
};

static const struct row rows[] = {
    /* documents */
    {0, STR("{\\rtf1"), "Rich Text Format data, version 1", "text/rtf"},
    {0, STR("{\\rtf"), "Rich Text Format data, unknown version", "text/rtf"},
    {0, STR("ITSF\003"), "MS Windows HtmlHelp Data", "application/vnd.ms-htmlhelp"},
    {0, STR("!BDN"), "Microsoft Outlook Personal Storage", "application/vnd.ms-outlook"},
    {0, STR("\x78\x9f\x3e\x22"), "Transport Neutral Encapsulation Format (TNEF)",
     "application/vnd.ms-tnef"},
    {0, STR("\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"),
     "Microsoft OneNote", "application/onenote"},
    {0, STR("AT&TFORM"), "DjVu image or single page document", "image/vnd.djvu"},
    {0, STR("\0\1\0\0Standard Jet DB"), "Microsoft Access Database", "application/x-msaccess"},
    {0, STR("\0\1\0\0Standard ACE DB"), "Microsoft Access Database", "application/x-msaccess"},
    /* archives */
    {0, STR("Rar!\x1a\7\1\0"), "RAR archive data, v5", "application/x-rar"},
    {0, STR("Rar!\x1a\7\0"), "RAR archive data, v4", "application/x-rar"},
    {0,
     STR("\xfd"
         "7zXZ\0"),
     "XZ compressed data", "application/x-xz"},
    {0, STR("\x28\xb5\x2f\xfd"), "Zstandard compressed data (v0.8+)", "application/zstd"},
    {0, STR("\4\x22\x4d\x18"), "LZ4 compressed data (v1.4+)", "application/x-lz4"},
    {0, STR("LZIP"), "lzip compressed data", "application/x-lzip"},
    {0, STR("\x89LZO\0\r\n\x1a\n"), "lzop compressed data", "application/x-lzop"},
    {0, STR("\x1f\x9d"), "compress'd data", "application/x-compress"},
    {0, STR("MSCF\0\0\0\0"), "Microsoft Cabinet archive data", "application/vnd.ms-cab-compressed"},
    {0, STR("\x60\xea"), "ARJ archive data", "application/x-arj"},
    {7, STR("**ACE**"), "ACE archive data", NULL},
    {0, STR("!<arch>\ndebian"), "Debian binary package (format 2.0)",
     "application/vnd.debian.binary-package"},
    {0, STR("!<arch>\n"), "current ar archive", "application/x-archive"},
    {0, STR("\xed\xab\xee\xdb"), "RPM", "application/x-rpm"},
    {0, STR("070707"), "ASCII cpio archive (pre-SVR4 or odc)", "application/x-cpio"},
    {0, STR("070701"), "ASCII cpio archive (SVR4 with no CRC)", "application/x-cpio"},
    {0, STR("070702"), "ASCII cpio archive (SVR4 with CRC)", "application/x-cpio"},
    {0, STR("\xc7\x71"), "cpio archive", "application/x-cpio"},
    {0, STR("\x71\xc7"), "byte-swapped cpio archive", "application/x-cpio"},
    {0, STR("SZDD\x88\xf0\x27\x33"), "MS Compress archive data, SZDD variant",
     "application/x-ms-compress-szdd"},
    {257, STR("ustar  \0"), "POSIX tar archive (GNU)", "application/x-tar"},
    {257, STR("ustar\0"), "POSIX tar archive", "application/x-tar"},
    {32769, STR("CD001"), "ISO 9660 CD-ROM filesystem data", "application/x-iso9660-image"},
    {0, STR("hsqs"), "Squashfs filesystem, little endian", NULL},
    {0, STR("xar!"), "xar archive", "application/x-xar"},
    {0, STR("JM\1\0"), "Java jmod module version 1.0", "application/x-java-jmod"},
    /* pictures, sound, film, fonts */
    {0, STR("\xff\xd8\xff"), "JPEG image data", "image/jpeg"},
    {0, STR("II*\0"), "TIFF image data, little-endian", "image/tiff"},
    {0, STR("MM\0*"), "TIFF image data, big-endian", "image/tiff"},
    {0, STR("8BPS"), "Adobe Photoshop Image", "image/vnd.adobe.photoshop"},
    {0, STR("\xd7\xcd\xc6\x9a"), "Windows metafile", "image/wmf"},
    {40, STR(" EMF"), "Windows Enhanced Metafile (EMF) image data", "image/emf"},
    {0, STR("fLaC"), "FLAC audio bitstream data", "audio/flac"},
    {0, STR("OggS"), "Ogg data", "application/ogg"},
    {0, STR("\x1a\x45\xdf\xa3"), "Matroska data", "video/x-matroska"},
    {4, STR("ftyp"), "ISO Media", "video/mp4"},
    {0, STR("MThd"), "Standard MIDI data", "audio/midi"},
    {0, STR("FLV\1"), "Macromedia Flash Video", "video/x-flv"},
    {0, STR("\0\1\0\0\0"), "TrueType Font data", "font/sfnt"},
    {0, STR("OTTO"), "OpenType font data", "application/vnd.ms-opentype"},
    {0, STR("wOFF"), "Web Open Font Format", "font/woff"},
    {0, STR("wOF2"), "Web Open Font Format (Version 2)", "font/woff2"},
    {0, STR("\0\0\2\0"), "MS Windows cursor resource", "image/x-win-bitmap"},
    /* programs and what belongs to them */
    {0, STR("BC\xc0\xde"), "LLVM IR bitcode", NULL},
    {0, STR("\xde\xc0\x17\x0b"), "LLVM bitcode, wrapper", NULL},
    {0, STR("\0asm\1\0\0\0"), "WebAssembly (wasm) binary module version 0x1 (MVP)",
     "application/wasm"},
    {0, STR("\xac\xed\0\5"), "Java serialization data, version 5", NULL},
    {0, STR("\x1bLua"), "Lua bytecode", NULL},
    {0, STR("\x1bLJ"), "LuaJIT bytecode", NULL},
    {0, STR("PPU"), "Pascal unit, version", NULL},
    {0, STR("!<thin>\n"), "thin archive with", NULL},
    /* data */
    {0, STR("\xd4\xc3\xb2\xa1"), "pcap capture file, microsecond ts (little-endian)",
     "application/vnd.tcpdump.pcap"},
    {0, STR("\xa1\xb2\xc3\xd4"), "pcap capture file, microsecond ts (big-endian)",
     "application/vnd.tcpdump.pcap"},
    {0, STR("\x0a\x0d\x0d\x0a"), "pcapng capture file", NULL},
    {0, STR("regf"), "MS Windows registry file, NT/2000 or above", NULL},
    {0, STR("ElfFile"), "MS Windows Vista Event Log", "application/x-ms-evtx"},
    {4, STR("SCCA"), "Windows Prefetch File", NULL},
    {0, STR("MDMP\x93\xa7"), "Mini DuMP crash report", "application/x-dmp"},
    {0, STR("PAGEDU64"), "MS Windows 64bit crash dump", NULL},
    {0, STR("PAGEDUMP"), "MS Windows 32bit crash dump", NULL},
    {0, STR("bplist00"), "Apple binary property list", "application/x-bplist"},
    {0, STR("KDMV"), "VMware4 disk image", NULL},
    {0, STR("QFI\xfb"), "QEMU QCOW Image", "application/x-qemu-disk"},
    {0, STR("\x93NUMPY"), "NumPy array", NULL},
    {0, STR("-----BEGIN CERTIFICATE-----"), "PEM certificate", "text/plain"},
    {0, STR("-----BEGIN RSA PRIVATE KEY-----"), "PEM RSA private key", "text/plain"},
    {0, STR("-----BEGIN DSA PRIVATE KEY-----"), "PEM DSA private key", "text/plain"},
    {0, STR("-----BEGIN EC PRIVATE KEY-----"), "PEM EC private key", "text/plain"},
    {0, STR("-----BEGIN CERTIFICATE REQUEST-----"), "PEM certificate request", "text/plain"},
    {0, STR("-----BEGIN OPENSSH PRIVATE KEY-----"), "OpenSSH private key", "text/plain"},
    {0, STR("-----BEGIN PGP PUBLIC KEY BLOCK-"), "PGP public key block", "application/pgp-keys"},
    {0, STR("-----BEGIN PGP MESSAGE-"), "PGP message", "application/pgp"},
    {0, STR("-----BEGIN PGP SIGNATURE-"), "PGP signature", "application/pgp-signature"},
    {36, STR("acsp"), "ICC Profile", "application/vnd.iccprofile"},
};

bool
magic_table(str data, struct magic_name *ret)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!magic_at(data, rows[i].offset, rows[i].bytes))
            continue;
        magic_set(ret, rows[i].mime, "%s", rows[i].type);
        return true;
    }
    return false;
}
