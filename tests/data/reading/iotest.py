# A test in the manner of QEMU's own.
class TestNode(iotests.QMPTestCase):
    def test_add(self):
        result = self.vm.qmp('blockdev-add', driver='null-co', node_name='n0', read_only=True)
        self.assert_qmp(result, 'return', {})
        self.vm.cmd('blockdev-add', {
            'driver': 'raw', 'node-name': 'n1',
            'file': {'driver': 'null-co'},
        })
        self.vm.qmp('block-stream', device=self.drive)
        self.vm.qmp('query-cpus')
        log(vm.qmp_log('change', device='a', target='b'))
        self.vm.qmp(
            'blockdev-del', \
            conv_keys=True, node_name='n1')
        vm.qmp_log('blockdev-reopen', conv_keys=False, filters=[hide_paths],
                   options=[{'driver': 'null-co', 'node-name': 'n0'}])
        vm.qmp('device_add', **{'driver': 'virtio-balloon-pci', 'id': 'b_1'})
        vm.qmp(self.command, device='drive0',
               speed=1)
        request = {'id': self.last, 'execute': 'query-status'}
        lines.qmp(see above)
