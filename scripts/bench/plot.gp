# SPDX-License-Identifier: GPL-2.0-only
# Instructions per bind(2) by number of rules.  Set: data, out, kernel.
set terminal svg size 900,640 dynamic background "white"
set output out
set logscale x
set xrange [8:130000]
set key at screen 0.5,0.2 center top maxrows 6
set bmargin 11
set grid
set ylabel "instructions"
set title "One bind(2) of a TCP socket, Linux ".kernel
rows(peer, what) = sprintf("<awk '$1 == \"%s\" && $2 == \"%s\"' %s; echo '- - NaN NaN'", peer, what, data)
figure(peer, what) = real(system(sprintf("awk '$1 == \"%s\" && $2 == \"%s\" { v = $4 } END { print v + 0 }' %s", peer, what, data)))
flat(peer, what) = (v = figure(peer, what)) > 0 ? v : NaN
tomoyo(n) = system(sprintf("awk '$1 == \"tomoyo\" && $3 == %d { print $4 }' %s", n, data))
set xlabel "rules (TOMOYO is far above: ".tomoyo(10)." at 10, ".tomoyo(1000)." at 1000)"
plot flat("off", "bind") title "portacl=off" with lines dashtype 2 linecolor "black", \
     flat("off", "bind-80-capable") title "the old rule, with capability" with lines dashtype 3 linecolor "black", \
     flat("bpf", "bind") title "cgroup/bind4 BPF program" with lines dashtype 4, \
     flat("selinux", "bind") title "SELinux, all allowed" with lines dashtype 5, \
     rows("portacl", "hit-spread") using 3:4 title "portacl, hit, spread" with linespoints, \
     rows("portacl", "hit-one-port") using 3:4 title "portacl, hit, one port" with linespoints, \
     rows("portacl", "hit-ranges") using 3:4 title "portacl, hit beside ranges" with linespoints, \
     rows("portacl", "hit-by-ranges") using 3:4 title "portacl, hit by a range of ports" with linespoints, \
     rows("portacl", "hit-by-users") using 3:4 title "portacl, hit by a range of users" with linespoints, \
     rows("portacl", "no-rule-spread") using 3:4 title "portacl, port in no rule" with linespoints, \
     rows("landlock", "hit") using 3:4 title "Landlock" with linespoints, \
     rows("apparmor", "hit") using 3:4 title "AppArmor" with linespoints
