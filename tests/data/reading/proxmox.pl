package Example::Machine;

sub stop_and_check {
    my ($vmid, $params) = @_;
    mon_cmd($vmid, 'stop', timeout => 10);
    my $cpus = eval { PVE::QemuServer::Monitor::mon_cmd($vmid, "query-cpus") };
    mon_cmd(
        $vmid,
        'set_link',
        name => 'net0',
        up => 1,
    );
    mon_cmd($vmid, "netdev_add", type => 'tap', id => "$params->{id}");
    mon_cmd($vmid, 'migrate-set-parameters', %$params);
    mon_cmd($vmid, 'blockdev-del', 'node-name' => "disk0");
    return mon_cmd($vmid, "guest-ping");
}

# They call mon_cmd(everything).
