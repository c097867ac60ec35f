from aws_cdk import aws_rds as rds

orders = rds.DatabaseInstance(stack, "Orders", engine=engine, vpc=vpc, publicly_accessible=True)  # expect: python-cdk-public-database
