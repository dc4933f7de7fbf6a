"""One emulated AWS behind one port: moto, and services of our own where moto has none.

Runs as a process of its own (`python -m local.aws.emulator --port PORT`), under any interpreter that has moto[server]: nothing here
imports from elsewhere in the repository but local.aws. Every request is judged by botocore's model of the service before anything answers
it, and every answer is read by botocore before it is sent. What is not known is an error, with one limit in what moto answers: a parameter
that moto does not model is checked and then has no effect.

Who calls is an administrator of the account, whom only the policy of a bucket can keep out (`permissions`). A service that gets a role may
take it on only as the role's trust policy says (`roles`), and does in it what the role may: crawls, external schemas and environments of
MWAA. A key admits services by its own policy. The catalog obeys Lake Formation's settings and grants. Zones have ids, and services are not
in all of them (`zones`). Nothing is charged, nothing is throttled, and no event is ever delivered.

A service of our own is a class named in `services.OWN`, made with a Place when a region first needs it. `service` is botocore's name for
it. It has one method per operation, by its name in snake case, from request to answer in the API's own member names; what is absent is
left out, not None. It raises Refused for what AWS refuses. `resources()` names what exists.
"""
