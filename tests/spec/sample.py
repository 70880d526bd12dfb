"""A small spec used by many tests, with invented data."""

SPEC = """\
apiVersion: mboss/v1
kind: Interface
metadata: {id: rm-sample, version: 1.0.0, system: RM, owner: "team:resources", lifecycle: production,
           title: {en: Resource orders, zh: 资源}}
spec:
  direction: outbound
  transport: {kind: soap, envelope: soap-plain, contract: rm-sample.wsdl, encoding: utf-8}
  codeLists:
    RES_TYPE: {number: "1", port: "2", line: "3"}
  errors: &errors
    exchange: [{match: "Server*", code: unavailable}, {match: "*", code: internal}]
    result: {code: resultCode, message: resultMsg, ok: ["0"]}
    business: [{match: "1001", code: rejected, note: no free resource}, {match: "*", code: rejected}]
  operations:
    reserve:
      pattern: request-reply
      wire: {operation: reserveResource}
      request:
        type: ResourceOrder@1
        mapping:
          - [externalId, requestNo]
          - [area, lanId]
          - ["resource[0].id", resNo]
          - ["resource[0].type", resType, code: RES_TYPE]
          - [holdUntil, holdTime, date: "yyyyMMddHHmmss@Asia/Shanghai"]
          - [~, opType, const: RSV]
          - [action, ~, const: reserve]
      reply:
        type: ResourceOrderResult@1
        mapping:
          - [externalId, requestNo]
          - [state, ~, const: completed]
          - ["resource[key=id]", "resList.res[key=resNo]", each: [
              [id, resNo],
              [type, resType, code: RES_TYPE]]]
      timing: {timeout: 5s}
      idempotent: true
  masked: [relatedParty.identification.number]
"""
