# An agent's process that does not want to end: perl misfit.pl <kind> <folder>. Every process that stays writes its number
# and its start time into <folder>/ledger; <folder>/ready says that it stands.
use strict;
use warnings;
use POSIX qw(setsid setpgid);

my ($kind, $folder) = @ARGV;

sub note {
    open my $stat, '<', '/proc/self/stat' or die;
    my $line = <$stat>;
    $line =~ s/.*\) //s;
    my $began = (split / /, $line)[19];
    open my $ledger, '>>', "$folder/ledger" or die;
    syswrite $ledger, "$$ $began $kind\n";
    close $ledger;
}

sub ready { open my $file, '>', "$folder/ready" or die; close $file; }
sub stay { note(); ready(); sleep 1 while 1; }
sub deaf { $SIG{$_} = 'IGNORE' for qw(TERM INT HUP QUIT PIPE USR1 USR2) }
sub daemon { exit 0 if fork; setsid(); exit 0 if fork; }
sub shut { POSIX::close($_) for 0 .. 255 }

# The same program again without a word of what it was given.
sub again { my ($next) = @_; %ENV = (PATH => '/usr/bin:/bin'); exec 'perl', $0, $next, $folder; }

# Forks at every signal, and each child does the same; there is an end to it, for the machine's sake.
sub hydra {
    my $heads = 0;
    for my $signal (qw(TERM INT HUP)) {
        $SIG{$signal} = sub { return if $heads++ > 3; my $pid = fork; if (defined $pid && $pid == 0) { $heads = 2; setsid(); note(); } };
    }
    stay();
}

# Each generation lives only until the next has been born.
sub chain {
    my ($step) = @_;
    deaf();
    note();
    ready();
    my $until = time + 60;
    while (time < $until) { exit 0 if fork; $step->(); }
}

my %kinds = (
    plain => sub { stay() },
    setsid => sub { setsid(); stay() },
    group => sub { setpgid(0, 0); deaf(); stay() },
    daemon => sub { daemon(); deaf(); stay() },
    deaf => sub { deaf(); stay() },
    stopped => sub { note(); ready(); kill 'STOP', $$; sleep 1 while 1 },
    'stopped-deaf' => sub { setsid(); deaf(); note(); ready(); while (1) { kill 'STOP', $$ } },
    hydra => sub { hydra() },
    shut => sub { setsid(); deaf(); note(); ready(); shut(); sleep 1 while 1 },
    argv => sub { setsid(); note(); ready(); exec { '/bin/sleep' } 'init', '1000' },
    renamed => sub { setsid(); deaf(); syscall(157, 15, my $name = "kworker/0:1\0"); $0 = '[kworker/0:1]' . 'x' x 8000; stay() },
    family => sub { for (1 .. 4) { next if fork; setpgid(0, 0); deaf(); stay() } deaf(); stay() },
    chain => sub { setsid(); chain(sub {}) },
    runaway => sub { setsid(); chain(sub { setsid() }) },
    unreadable => sub { daemon(); deaf(); syscall(157, 4, 0, 0, 0, 0); stay() },
    bare => sub { setpgid(0, 0); again('deaf') },
    'bare-session' => sub { setsid(); again('deaf') },
    'bare-daemon' => sub { daemon(); shut(); chdir '/'; again('shut') },
);
($kinds{$kind} or die "no such kind: $kind\n")->();
