// What is known of the programs of images: which there are, and what SIGTERM does to them.
import type { Container } from '../../../model/generated/core.v1.ts';
import { KNOWN_PROGRAMS } from '../../containers/container.ts';
import { shortImageName } from '../imagename.ts';

/** Of an image named busybox: its applets are in /bin, and nothing else is. Source: `busybox --list`, 1.36. */
const APPLETS = new Set(
  `[ [[ acpid add-shell addgroup adduser adjtimex ar arch arp arping ascii ash awk base32 base64 basename bc beep blkdiscard
blkid blockdev bootchartd brctl bunzip2 bzcat bzip2 cal cat chat chattr chgrp chmod chown chpasswd chpst chroot chrt chvt cksum
clear cmp comm conspy cp cpio crc32 crond crontab cryptpw cttyhack cut date dc dd deallocvt delgroup deluser depmod devmem df
dhcprelay diff dirname dmesg dnsd dnsdomainname dos2unix dpkg dpkg-deb du dumpkmap dumpleases echo ed egrep eject env envdir
envuidgid ether-wake expand expr factor fakeidentd fallocate false fatattr fbset fbsplash fdflush fdformat fdisk fgconsole fgrep
find findfs flock fold free freeramdisk fsck fsck.minix fsfreeze fstrim fsync ftpd ftpget ftpput fuser getfattr getopt getty
grep groups gunzip gzip halt hd hdparm head hexdump hexedit hostid hostname httpd hush hwclock i2cdetect i2cdump i2cget i2cset
i2ctransfer id ifconfig ifdown ifenslave ifplugd ifup inetd init insmod install ionice iostat ip ipaddr ipcalc ipcrm ipcs iplink
ipneigh iproute iprule iptunnel kbd_mode kill killall killall5 klogd last less link linux32 linux64 linuxrc ln loadfont loadkmap
logger login logname logread losetup lpd lpq lpr ls lsattr lsmod lsof lspci lsscsi lsusb lzcat lzma lzop makedevs makemime man
md5sum mdev mesg microcom mim mkdir mkdosfs mke2fs mkfifo mkfs.ext2 mkfs.minix mkfs.vfat mknod mkpasswd mkswap mktemp modinfo
modprobe more mount mountpoint mpstat mt mv nameif nanddump nandwrite nbd-client nc netstat nice nl nmeter nohup nologin nproc
nsenter nslookup ntpd od openvt partprobe passwd paste patch pgrep pidof ping ping6 pipe_progress pivot_root pkill pmap
popmaildir poweroff powertop printenv printf ps pscan pstree pwd pwdx raidautorun rdate rdev readahead readlink readprofile
realpath reboot reformime remove-shell renice reset resize resume rev rm rmdir rmmod route rpm rpm2cpio rtcwake run-init
run-parts runlevel runsv runsvdir rx script scriptreplay sed seedrng sendmail seq setarch setconsole setfattr setfont setkeycodes
setlogcons setpriv setserial setsid setuidgid sh sha1sum sha256sum sha3sum sha512sum showkey shred shuf slattach sleep smemcap
softlimit sort split ssl_client start-stop-daemon stat strings stty su sulogin sum sv svc svlogd svok swapoff swapon switch_root
sync sysctl syslogd tac tail tar taskset tc tcpsvd tee telnet telnetd test tftp tftpd time timeout top touch tr traceroute
traceroute6 tree true truncate ts tsort tty ttysize tunctl ubiattach ubidetach ubimkvol ubirename ubirmvol ubirsvol ubiupdatevol
udhcpc udhcpc6 udhcpd udpsvd uevent umount uname unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime users usleep
uudecode uuencode vconfig vi vlock volname w wall watch watchdog wc wget which who whoami whois xargs xxd xz xzcat yes zcat zcip`.split(
    /\s+/,
  ),
);

/** Why runc cannot start a container's program; undefined: it can, as far as is known. */
export function notStarted(c: Container): string | undefined {
  const [first] = c.command ?? c.args ?? [];
  if (first === undefined || shortImageName(c.image ?? '') !== 'busybox') return undefined;
  const path = /^(\/bin\/)?([^/]+)$/.exec(first);
  if (path === null || APPLETS.has(path[2] ?? '')) return undefined;
  const why =
    path[1] === undefined
      ? `exec: "${first}": executable file not found in $PATH`
      : `exec: "${first}": stat ${first}: no such file or directory`;
  const init = `unable to start container process: error during container init: ${why}`;
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ${init}`;
}

/**
 * SIGTERM reaches process 1 of a namespace, which no signal ends unless the program handles it: a shell or `sleep` without a
 * trap runs on until SIGKILL. Servers of images are taken to handle it. undefined: it is not heeded. Otherwise the exit code,
 * and whether the running command is finished first.
 */
export function onTerm(container: Container): { readonly code: number; readonly slow: boolean } | undefined {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const [first = ''] = container.command ?? [];
  if (!KNOWN_PROGRAMS.has(first.slice(first.lastIndexOf('/') + 1))) return { code: 0, slow: false };
  const trap = /\btrap\s+(?:--\s+)?(["'])(.*?)\1\s+[^;\n]*\b(?:SIG)?TERM\b/.exec(words.join(' '));
  const action = trap?.[2]?.trim() ?? '';
  const exit = /\bexit\b\s*(\d+)?/.exec(action);
  return exit === null ? undefined : { code: Number(exit[1] ?? 0), slow: true };
}
