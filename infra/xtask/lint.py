"""Lints template.yaml and the stacks nested in it: as written, by the house's own rules, and as SAM expands them.

cfn-lint does not look into AWS::Serverless resources, where all functions are: a reference to nothing
or an action that does not exist would only show on deployment. So the same translator that AWS runs
expands the template here, without network or account, and the result is linted as well.

Usage: lint.py TEMPLATE OUTPUT   (OUTPUT: where the expanded template is written)
"""

import json
import os
import subprocess
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")  # the translator asks for one

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROLES = "arn:aws:iam::aws:policy/service-role/"


class ManagedPolicies:
    """The managed policies that SAM itself adds; it would otherwise ask IAM for their names."""

    def load(self):
        names = ["AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole"]
        return {name: ROLES + name for name in names}


def expand(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://code-of-the-function/uploaded-by-sam"
        if resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = "https://stacks.s3.amazonaws.com/uploaded-by-sam.yaml"
    return transform(template, {}, ManagedPolicies())


def cfn_lint(*arguments):
    return subprocess.run([os.path.join(os.path.dirname(sys.executable), "cfn-lint"), *arguments]).returncode


def house_rules(resources):
    """What AWS would accept and Parlance does not: one sentence for each breach."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            yield from statement_rules(name, resource["Properties"].get("Policies", []))
        if resource["Type"] == "AWS::ApiGatewayV2::Route":
            yield from socket_rules(name.removesuffix("Route"), resource["Properties"], resources)


def branches(statement):
    """A statement, or those that a condition chooses between."""
    chosen = statement.get("Fn::If", [None, statement])[1:]
    return [one for one in chosen if one != {"Ref": "AWS::NoValue"}]


def statement_rules(name, policies):
    """A function may do what is listed, to what is named. Ready-made policies include Scan."""
    for policy in policies:
        written = policy.get("Statement", [{}]) if isinstance(policy, dict) else [{}]
        for statement in (one for entry in written for one in branches(entry)):
            actions = statement.get("Action", "*")
            for action in [actions] if isinstance(actions, str) else actions:
                if "*" in action or action == "dynamodb:Scan":
                    yield f"{name}: may not be allowed {action}; list what its use case needs"
            if statement.get("Resource", "*") == "*":
                yield f"{name}: a statement names no resource"


def socket_rules(stem, route, resources):
    """A socket route is nothing without its companions, and without most of them it fails silently."""
    key = route["RouteKey"]
    # Handshake and hang-up are answered by the gateway itself; all others by what the function returns.
    answers = key not in ("$connect", "$disconnect")
    function = owner(stem, route, resources)
    own = function == stem
    for suffix, wanted in [("", own), ("Integration", own), ("Permission", True), ("RouteResponse", answers)]:
        if (stem + suffix in resources) != wanted:
            yield f"{stem}Route: there should be {'a' if wanted else 'no'} resource {stem}{suffix}"
    if ("RouteResponseSelectionExpression" in route) != answers:
        yield f"{stem}Route: RouteResponseSelectionExpression is for routes that answer, and for all of them"
    stages = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::ApiGatewayV2::Stage"]
    stage = next((one["StageName"] for one in stages if one["ApiId"] == route["ApiId"]), "no stage")
    for name, text in [
        (f"{stem}Route", "integrations/${%sIntegration}" % function),
        (f"{function}Integration", "${%s.Arn}" % function),
        (f"{stem}Permission", f"/{stage}/{key}'"),
        (f"{stem}Permission", f"{{'Ref': '{function}'}}"),
    ]:
        if name in resources and text not in str(resources[name]["Properties"]):
            yield f"{name}: belongs to another route than {key}"


def owner(stem, route, resources):
    """The function of a route: its namesake, or for <Function>As<Spelling> that of another spelling of its key."""
    target = str(route.get("Target")).partition("integrations/${")[2].partition("Integration}")[0]
    spelled = stem.startswith(f"{target}As") and stem.removeprefix(f"{target}As")[:1].isupper()
    return target if spelled and target in resources and f"{target}Route" in resources else stem


def main(source, expanded):
    with open(source, encoding="utf-8") as file:
        resources = yaml_parse(file.read())["Resources"]
    failed = one(source, expanded, resources)
    for name, resource in resources.items():
        if resource["Type"] == "AWS::CloudFormation::Stack":
            nested = os.path.join(os.path.dirname(source), resource["Properties"]["TemplateURL"])
            failed = main(nested, expanded.replace(".expanded", f".{name}.expanded")) or failed
    return failed


def one(source, expanded, resources):
    written = cfn_lint(source)
    for breach in house_rules(resources):
        written = 1
        print(breach)
    try:
        result = expand(source)
    except InvalidDocumentException as error:
        print(error.message, *(cause.message for cause in error.causes), sep="\n")
        return 1
    with open(expanded, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    # W2001: the expansion puts some parameters' defaults in their place and then misses their use.
    return written or cfn_lint("--ignore-checks", "W2001", "--", expanded)


sys.exit(main(*sys.argv[1:]))
