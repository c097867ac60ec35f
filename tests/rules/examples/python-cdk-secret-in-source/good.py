from aws_cdk import SecretValue

password = SecretValue.secrets_manager("shop/database", json_field="password")
