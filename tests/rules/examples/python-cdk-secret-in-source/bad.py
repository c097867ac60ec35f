from aws_cdk import SecretValue

password = SecretValue.unsafe_plain_text("blue-kettle-7")  # expect: python-cdk-secret-in-source
