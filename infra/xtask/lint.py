"""Lints template.yaml as written, then as SAM expands it.

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
    return transform(template, {}, ManagedPolicies())


def cfn_lint(*arguments):
    return subprocess.run([os.path.join(os.path.dirname(sys.executable), "cfn-lint"), *arguments]).returncode


def main(source, expanded):
    written = cfn_lint(source)
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
