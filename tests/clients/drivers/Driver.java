import java.io.*;
import java.lang.annotation.Annotation;
import java.lang.reflect.*;
import java.net.URL;
import java.util.*;
import javax.jws.*;
import javax.xml.bind.*;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.namespace.QName;
import javax.xml.soap.SOAPFault;
import javax.xml.transform.*;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.ws.*;
import javax.xml.ws.soap.SOAPFaultException;

/**
 * JAX-WS: the proxy of the classes that wsimport generated. argv: WSDL, service class. stdin: for each call a line with
 * the operation and one with its wrapper element as XML; stdout: the answer's element, or the Fault, as XML, and a
 * line with a dot. The XML is unmarshalled into the generated beans, whose properties are the proxy's parameters.
 */
public class Driver {
    public static void main(String[] argv) throws Exception {
        Object service = Class.forName(argv[1]).getConstructor(URL.class).newInstance(new URL(argv[0]));
        Object port = null;
        for (Method method : service.getClass().getMethods())
            if (method.isAnnotationPresent(WebEndpoint.class) && method.getParameterCount() == 0) port = method.invoke(service);
        Class<?> type = port.getClass().getInterfaces()[0];
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (String name; (name = in.readLine()) != null; )
            out.println(answer(port, method(type, name), name, in.readLine()) + "\n.");
    }

    static Method method(Class<?> type, String name) {
        for (Method method : type.getMethods()) {
            WebMethod named = method.getAnnotation(WebMethod.class);
            if (named != null && (name.equals(method.getName()) || name.equals(named.operationName()))) return method;
        }
        throw new IllegalArgumentException(name);
    }

    static String answer(Object port, Method method, String name, String xml) throws Exception {
        Class<?> wrapper = Class.forName(method.getAnnotation(RequestWrapper.class).className());
        Object request = JAXB.unmarshal(new StringReader(xml), wrapper);
        WebParam[] said = new WebParam[method.getParameterCount()];
        Object[] given = new Object[said.length];
        for (int i = 0; i < said.length; i++) {
            for (Annotation annotation : method.getParameterAnnotations()[i])
                if (annotation instanceof WebParam) said[i] = (WebParam) annotation;
            Object value = said[i].mode() == WebParam.Mode.OUT ? null : property(request, said[i].name());
            given[i] = said[i].mode() == WebParam.Mode.IN ? value : new Holder<Object>(value);
        }
        StringBuilder text = new StringBuilder("<" + name + "Response>");
        try {
            Object returned = method.invoke(port, given);
            if (returned != null) text.append(xml(method.getAnnotation(WebResult.class).name(), returned));
            for (int i = 0; i < said.length; i++)
                if (said[i].mode() != WebParam.Mode.IN) text.append(xml(said[i].name(), ((Holder<?>) given[i]).value));
            return text.append("</" + name + "Response>").toString();
        } catch (InvocationTargetException thrown) {
            return fault(thrown.getCause());
        }
    }

    static Object property(Object bean, String name) throws Exception {
        String suffix = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return bean.getClass().getMethod("get" + suffix).invoke(bean);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static String xml(String name, Object value) {
        StringWriter text = new StringWriter();
        for (Object one : value instanceof List ? (List<?>) value : value == null ? List.of() : List.of(value)) {
            StringWriter element = new StringWriter();
            Object shown = one instanceof XMLGregorianCalendar ? one.toString() : one;
            JAXB.marshal(new JAXBElement(new QName(name), shown.getClass(), shown), element);
            text.write(element.toString().replaceFirst("<\\?xml.*?\\?>", "").trim());
        }
        return text.toString();
    }

    static String fault(Throwable thrown) throws Exception {
        if (thrown instanceof SOAPFaultException) {
            SOAPFault fault = ((SOAPFaultException) thrown).getFault();
            StringWriter detail = new StringWriter();
            Transformer writer = TransformerFactory.newInstance().newTransformer();
            writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            writer.transform(new DOMSource(fault.getDetail()), new StreamResult(detail));
            return "<Fault>" + xml("faultcode", fault.getFaultCode()) + xml("faultstring", fault.getFaultString()) + detail + "</Fault>";
        }
        // declared in the WSDL: an exception class of its own with the detail as a bean
        Object declared = thrown.getClass().getMethod("getFaultInfo").invoke(thrown);
        String name = declared.getClass().getSimpleName();
        return "<Fault>" + xml("faultstring", thrown.getMessage()) + "<detail>" + xml(name, declared) + "</detail></Fault>";
    }
}
