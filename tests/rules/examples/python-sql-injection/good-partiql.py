"""A PartiQL statement with parameters."""

import boto3


def lambda_handler(event, context):
    return boto3.client("dynamodb").execute_statement(
        Statement="SELECT * FROM Orders WHERE name = ?", Parameters=[{"S": event["pathParameters"]["name"]}]
    )
