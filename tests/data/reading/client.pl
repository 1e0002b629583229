use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => 'q.sock'); <$s>;
print $s "{\"execute\": \"qmp_capabilities\"}\n"; print scalar <$s>;
print $s '{"execute": "query-kvm"}', "\n"; print scalar <$s>;
