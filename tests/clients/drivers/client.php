<?php
// PHP's SoapClient in WSDL mode. stdin: {"wsdl": URL, "calls": [{"operation", "arguments"}]}; stdout: answers as JSON.
$job = json_decode(stream_get_contents(STDIN), true);
$client = new SoapClient($job['wsdl'], ['cache_wsdl' => WSDL_CACHE_NONE]);
$answers = [];
foreach ($job['calls'] as $call) {
    try {
        $answers[] = ['reply' => $client->{$call['operation']}($call['arguments'])];
    } catch (SoapFault $fault) {
        $answers[] = ['fault' => [
            'code' => $fault->faultcode, 'string' => $fault->faultstring, 'detail' => $fault->detail ?? null,
        ]];
    }
}
echo json_encode($answers, JSON_UNESCAPED_UNICODE);
