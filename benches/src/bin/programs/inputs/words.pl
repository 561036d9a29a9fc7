# Counts the words of a file, and collects the lines of each.
use strict;
my (%count, %lines);
while (my $line = <>) {
    for my $word (split /\W+/, $line) {
        next unless length $word;
        $count{$word}++;
        push @{$lines{lc $word}}, "$.:" . length $line;
    }
}
my @often = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
print "$_ $count{$_}\n" for @often[0 .. 9];
print scalar(map { @$_ } values %lines), "\n";
