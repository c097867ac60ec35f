new rds.DatabaseInstance(this, 'Database', { engine, vpc, storageEncrypted: true });
