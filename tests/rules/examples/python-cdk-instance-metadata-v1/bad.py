from aws_cdk import aws_ec2 as ec2

web = ec2.Instance(stack, "Web", vpc=vpc, instance_type=size, machine_image=image, require_imdsv2=False)  # expect: python-cdk-instance-metadata-v1
