new rds.DatabaseInstance(this, 'Database', { engine, vpc, storageEncrypted: false }); // expect: cdk-ts-unencrypted-storage
