"""PartiQL statements."""

import boto3


def lambda_handler(event, context):
    table = boto3.client("dynamodb")
    name = event["pathParameters"]["name"]
    statement = f"SELECT * FROM Orders WHERE name = '{name}'"
    table.execute_statement(Statement=statement)  # expect: python-sql-injection
    return table.batch_execute_statement(
        Statements=[{"Statement": statement}]  # expect: python-sql-injection
    )
