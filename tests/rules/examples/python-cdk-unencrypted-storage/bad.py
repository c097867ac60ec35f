from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

orders = rds.DatabaseCluster(stack, "Orders", engine=engine, storage_encrypted=False)  # expect: python-cdk-unencrypted-storage
jobs = sqs.Queue(stack, "Jobs", encryption=sqs.QueueEncryption.UNENCRYPTED)  # expect: python-cdk-unencrypted-storage
