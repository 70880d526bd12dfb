/* gSOAP. argv: endpoint. stdin: for each call a line with the operation and one with its wrapper element as XML;
   stdout: the answer's element, or the Fault, as XML, and a line with a dot. The XML is read into the generated structs and
   written from them; what goes over the wire is what the generated stubs make of the structs. */
#include <string.h>
#include NSMAP

static const char *endpoint;

static void show(struct soap *soap, int (*put)(struct soap *, const void *, const char *, const char *), const void *data,
                 const char *tag) {
    const char *text = NULL;
    soap->os = &text;
    if (soap_begin_send(soap) || put(soap, data, tag, NULL) || soap_end_send(soap)) text = NULL;
    soap->os = NULL;
    printf("%s\n.\n", text ? text : "<unwritten/>");
}

static void refuse(struct soap *soap) {
    soap_set_fault(soap);
    soap->error = SOAP_OK;
    show(soap, (int (*)(struct soap *, const void *, const char *, const char *))soap_put_SOAP_ENV__Fault, soap->fault,
         "Fault");
}

#define OPERATION(name, asked, answered)                                                                       \
    static void name(struct soap *soap, const char *xml) {                                                     \
        struct asked request;                                                                                  \
        struct answered reply;                                                                                 \
        soap->is = xml;                                                                                        \
        if (soap_read_##asked(soap, &request)) { soap->is = NULL; refuse(soap); return; }                      \
        soap->is = NULL;                                                                                       \
        if (soap_call___ns1__##name(soap, endpoint, NULL, &request, &reply)) { refuse(soap); return; }         \
        show(soap, (int (*)(struct soap *, const void *, const char *, const char *))soap_put_##answered,      \
             &reply, #name "Response");                                                                        \
    }
OPERATIONS(OPERATION)

#define ROW(name, asked, answered) {#name, name},
static const struct { const char *name; void (*run)(struct soap *, const char *); } table[] = {OPERATIONS(ROW)};

int main(int argc, char **argv) {
    static char name[256], xml[1 << 20];
    struct soap *soap = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_STRICT);
    endpoint = argv[1];
    soap_set_namespaces(soap, namespaces);
    while (fgets(name, sizeof name, stdin) && fgets(xml, sizeof xml, stdin)) {
        size_t i;
        name[strcspn(name, "\n")] = 0;
        for (i = 0; i < sizeof table / sizeof *table; i++)
            if (!strcmp(table[i].name, name)) table[i].run(soap, xml);
        soap_destroy(soap);
        soap_end(soap);
    }
    soap_free(soap);
    return argc != 2;
}
