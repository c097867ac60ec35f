from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

orders = rds.DatabaseCluster(stack, "Orders", engine=engine, storage_encrypted=True)
jobs = sqs.Queue(stack, "Jobs", encryption=sqs.QueueEncryption.SQS_MANAGED)
