/* Strings of C, whole and in pieces, and a format. */
static const char *stop = "{\"execute\": \"stop\"}";
void send_all(int fd, const char *id)
{
    send(fd, "{ 'execute': 'migrate-set-capabilities',"
             "  'arguments': { 'capabilities': ["
             "    { 'capability': 'compress', 'state': true } ] } }");
    dprintf(fd, "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"%s\"}}", id);
    dprintf(fd, "{\"execute\": \"%s\"}", id);
    send(fd, "{ 'execute': 'device_add', 'arguments': %p }", id);
}
